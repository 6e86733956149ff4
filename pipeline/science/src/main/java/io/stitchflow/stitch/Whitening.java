package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.representation.Parts;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * An affine change of a sender's channels after which they have mean 0 and nearly the identity as
 * covariance: P (x - mean), P = (Cov + 1e-4 l I)^(-1/2), where Cov is the covariance of the
 * channels over all positions of the examples that stitches learn from, and l its largest
 * eigenvalue.
 *
 * <p>A stitch that learns the weights of whitened channels takes the same steps whatever number the
 * sender is multiplied by and in whatever order its channels are.
 */
final class Whitening {
  /** Share of the largest eigenvalue that is added to each: dead channels stay small. */
  private static final double ADDED = 1e-4;

  private final double[] mean;
  // P, [channels, channels], symmetric
  private final DMatrixRMaj matrix;
  private final DMatrixRMaj inverse;

  private Whitening(double[] mean, DMatrixRMaj matrix, DMatrixRMaj inverse) {
    this.mean = mean;
    this.matrix = matrix;
    this.inverse = inverse;
  }

  /** Of each channel. */
  double[] mean() {
    return mean.clone();
  }

  /**
   * Reads the Gram matrix of a sender's channels, of windows of one position.
   *
   * @throws IllegalArgumentException if the file is of other channels or not finite
   */
  static Whitening read(CutPoint sender, Path gramFile) throws IOException {
    int channels = sender.channels();
    int k = channels + 1;
    double[] parts = MomentFile.read(Safetensors.read(gramFile), "gram");
    if (parts.length != Parts.COUNT * k * k) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the Gram matrix of the %d channels of '%s' must have %d numbers, but has %d",
              channels,
              sender.layer(),
              Parts.COUNT * k * k,
              parts.length));
    }
    DMatrixRMaj gram = new DMatrixRMaj(k, k);
    System.arraycopy(parts, Parts.FIT * k * k, gram.data, 0, k * k);
    if (MatrixFeatures_DDRM.hasUncountable(gram)) {
      throw new IllegalArgumentException(
          "the Gram matrix of '" + sender.layer() + "' holds sums that are not finite");
    }
    return of(gram);
  }

  /** From G = sum of x~x~', x~ = [x; 1]. */
  private static Whitening of(DMatrixRMaj gram) {
    int channels = gram.numRows - 1;
    double positions = gram.get(channels, channels);
    double[] mean = new double[channels];
    for (int i = 0; i < channels; i++) {
      mean[i] = gram.get(i, channels) / positions;
    }
    DMatrixRMaj covariance = new DMatrixRMaj(channels, channels);
    for (int i = 0; i < channels; i++) {
      for (int j = 0; j < channels; j++) {
        covariance.set(i, j, gram.get(i, j) / positions - mean[i] * mean[j]);
      }
    }
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(channels, true, true);
    if (!eigen.decompose(covariance)) {
      throw new IllegalStateException(
          "no eigenvectors were found of the covariance of " + channels + " channels");
    }
    double largest = 0;
    for (int i = 0; i < channels; i++) {
      largest = Math.max(largest, eigen.getEigenvalue(i).getReal());
    }
    DMatrixRMaj matrix = new DMatrixRMaj(channels, channels);
    DMatrixRMaj inverse = new DMatrixRMaj(channels, channels);
    for (int i = 0; i < channels; i++) {
      // a sender that is constant stays as it is; rounding may leave an eigenvalue a little below 0
      double value =
          largest == 0 ? 1 : Math.max(0, eigen.getEigenvalue(i).getReal()) + ADDED * largest;
      DMatrixRMaj vector = eigen.getEigenVector(i);
      CommonOps_DDRM.multAddTransB(1 / Math.sqrt(value), vector, vector, matrix);
      CommonOps_DDRM.multAddTransB(Math.sqrt(value), vector, vector, inverse);
    }
    return new Whitening(mean, matrix, inverse);
  }

  /** The weight and bias for whitened channels of a stitch of the sender's channels. */
  Affine whiten(Affine raw) {
    // W x + b = W P^-1 (P (x - mean)) + b + W mean
    return changed(raw, inverse, mean);
  }

  /** The stitch of the sender's channels that does the same as one of whitened channels. */
  Affine unwhiten(Affine whitened) {
    // U P (x - mean) + b = U P x + b - U P mean
    return changed(whitened, matrix, shift());
  }

  /** W M as weight, and b + W shift as bias: for each channel of all positions of a window. */
  private static Affine changed(Affine from, DMatrixRMaj change, double[] shift) {
    int channels = shift.length;
    int window = from.inputs() / channels;
    float[] weight = new float[from.weight().length];
    float[] bias = new float[from.bias().length];
    for (int out = 0; out < bias.length; out++) {
      double constant = from.bias()[out];
      int row = out * from.inputs();
      for (int place = 0; place < window; place++) {
        for (int j = 0; j < channels; j++) {
          double sum = 0;
          for (int i = 0; i < channels; i++) {
            sum += from.weight()[row + i * window + place] * change.get(i, j);
          }
          weight[row + j * window + place] = (float) sum;
          constant += from.weight()[row + j * window + place] * shift[j];
        }
      }
      bias[out] = (float) constant;
    }
    return new Affine(weight, bias);
  }

  /**
   * A m, where A x~ is x~ = [window; 1] with its channels whitened.
   *
   * @param m [k, n], k - 1 a multiple of the channels
   */
  DMatrixRMaj ofRows(DMatrixRMaj m) {
    int channels = mean.length;
    int last = m.numRows - 1;
    int window = last / channels;
    double[] shift = shift();
    DMatrixRMaj whitened = m.copy();
    for (int place = 0; place < window; place++) {
      for (int i = 0; i < channels; i++) {
        int row = i * window + place;
        for (int n = 0; n < m.numCols; n++) {
          double sum = shift[i] * m.get(last, n);
          for (int j = 0; j < channels; j++) {
            sum += matrix.get(i, j) * m.get(j * window + place, n);
          }
          whitened.set(row, n, sum);
        }
      }
    }
    return whitened;
  }

  /** - P mean. */
  private double[] shift() {
    double[] shift = new double[mean.length];
    for (int i = 0; i < shift.length; i++) {
      for (int j = 0; j < shift.length; j++) {
        shift[i] -= matrix.get(i, j) * mean[j];
      }
    }
    return shift;
  }

  /** P and - P mean as arrays of a lane. */
  Arrays open(Lane lane) {
    int channels = mean.length;
    ByteBuffer weight = Lane.allocate(channels * channels * Float.BYTES);
    ByteBuffer bias = Lane.allocate(channels * Float.BYTES);
    for (double number : matrix.data) {
      weight.putFloat((float) number);
    }
    for (double number : shift()) {
      bias.putFloat((float) number);
    }
    return new Arrays(
        Lane.keep(lane.create(weight.flip(), new Shape(channels, channels))),
        Lane.keep(lane.create(bias.flip(), new Shape(channels))));
  }

  /** A whitening as arrays of a lane. */
  record Arrays(NDArray weight, NDArray bias) implements AutoCloseable {
    /**
     * Whitens a batch.
     *
     * @param x [examples, channels, height, width] or [examples, channels]
     */
    NDArray apply(NDArray x) {
      if (x.getShape().dimension() == 2) {
        return Functional.linear(x, weight, bias);
      }
      long channels = bias.size();
      return Functional.conv2d(x, weight.reshape(channels, channels, 1, 1), bias, 1, 0);
    }

    @Override
    public void close() {
      weight.close();
      bias.close();
    }
  }
}
