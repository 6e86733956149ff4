package io.stitchflow.stitch;

import io.stitchflow.representation.Parts;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Moments of each of the {@link Parts} of the examples.
 *
 * @param heldOut all zero where there are too few examples to hold any out
 */
record SplitMoments(Moments fit, Moments heldOut) {
  /**
   * Reads what the moment stages wrote.
   *
   * @throws IllegalArgumentException if the files do not belong to {@code stitch}
   */
  static SplitMoments read(Stitch stitch, Path gramFile, Path crossFile) throws IOException {
    int k = stitch.inputs() + 1;
    int channels = stitch.to().channels();
    SafetensorsFile crosses = Safetensors.read(crossFile);
    double[] gram = MomentFile.read(Safetensors.read(gramFile), "gram");
    double[] cross = MomentFile.read(crosses, "cross");
    double[] square = MomentFile.read(crosses, "square");
    if (gram.length != Parts.COUNT * k * k || cross.length != Parts.COUNT * k * channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "moments of a stitch from %s to %s must have %d and %d numbers, but have %d and %d",
              stitch.from(),
              stitch.to(),
              Parts.COUNT * k * k,
              Parts.COUNT * k * channels,
              gram.length,
              cross.length));
    }
    // each position of the sender stands for a block of the receiver's
    int block = stitch.regression().block() * stitch.regression().block();
    Moments[] parts = new Moments[Parts.COUNT];
    for (int part = 0; part < Parts.COUNT; part++) {
      DMatrixRMaj g = matrix(gram, part, k, k);
      CommonOps_DDRM.scale(block, g);
      parts[part] = new Moments(g, matrix(cross, part, k, channels), square[part]);
    }
    return new SplitMoments(parts[Parts.FIT], parts[Parts.HELD_OUT]);
  }

  private static DMatrixRMaj matrix(double[] values, int part, int rows, int columns) {
    int size = rows * columns;
    return DMatrixRMaj.wrap(
        rows, columns, Arrays.copyOfRange(values, part * size, (part + 1) * size));
  }

  /** Those of all examples. */
  Moments total() {
    return fit.plus(heldOut);
  }

  boolean holdsOut() {
    return heldOut.positions() > 0;
  }
}
