package io.stitchflow.plan;

import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkSource;
import io.stitchflow.v1.ElementType;
import java.util.List;

/** What stages' outputs take on the disk, in bytes, without headers: for estimates only. */
final class OutputSizes {
  static final long COMPARISON = 3_000;
  static final long REPORT = 100_000;

  private static final int LABEL = 1;

  /** Of moments: examples that stitches are fitted on, and those held out. */
  private static final int PARTS = 2;

  private OutputSizes() {}

  /**
   * A byte a pixel and a label byte.
   *
   * @param shape of an example
   */
  static long dataset(List<Integer> shape, long examples) {
    return examples * (shape.stream().reduce(1, Math::multiplyExact) + LABEL);
  }

  /** With its predictions, a byte an example. */
  static long network(NetworkSource network, int examples) {
    return network.parameterCount() * Float.BYTES + examples;
  }

  static long representation(CutPoint cut, int examples, ElementType dtype) {
    int element = dtype == ElementType.FLOAT16 ? Short.BYTES : Float.BYTES;
    return examples * (cut.elements() * (long) element + LABEL);
  }

  static long gram(int columns) {
    return PARTS * (long) columns * columns * Double.BYTES;
  }

  static long cross(StitchPair cell) {
    return PARTS * (long) cell.columns() * cell.receiverCut().channels() * Double.BYTES;
  }

  static long stitch(StitchPair cell) {
    return (long) cell.columns() * cell.receiverCut().channels() * Float.BYTES;
  }
}
