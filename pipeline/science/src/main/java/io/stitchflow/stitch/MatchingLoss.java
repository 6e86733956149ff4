package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * A weight times the mean squared error of a stitch over the variance of the expected
 * representation, on all examples that the stitch learns from. It is a quadratic function of the
 * stitch, known from moments without a pass over the data.
 */
final class MatchingLoss implements AutoCloseable {
  private final double weight;
  private final Moments moments;
  private final double variance;
  // Of the weights that learn, times weight / elements / variance: G, [k, k], C', [channels, k], S
  private final NDArray gram;
  private final NDArray cross;
  private final double constant;

  private MatchingLoss(
      double weight,
      Moments moments,
      double variance,
      NDArray gram,
      NDArray cross,
      double constant) {
    this.weight = weight;
    this.moments = moments;
    this.variance = variance;
    this.gram = Lane.keep(gram);
    this.cross = Lane.keep(cross);
    this.constant = constant;
  }

  /**
   * @param moments of the examples that the stitch learns from
   * @param whitening of the weights that learn, or null if they are those of the channels
   *     themselves
   */
  static MatchingLoss of(Lane lane, double weight, Moments moments, @Nullable Whitening whitening) {
    // the error of a representation that is constant has no scale
    double variance = moments.variance() > 0 ? moments.variance() : 1;
    double scale = weight / moments.elements() / variance;
    DMatrixRMaj gram = moments.gram();
    DMatrixRMaj cross = moments.cross();
    if (whitening != null) {
      DMatrixRMaj half = whitening.ofRows(gram);
      gram = whitening.ofRows(CommonOps_DDRM.transpose(half, null));
      cross = whitening.ofRows(cross);
    }
    return new MatchingLoss(
        weight,
        moments,
        variance,
        array(lane, gram, scale),
        array(lane, CommonOps_DDRM.transpose(cross, null), scale),
        scale * moments.square());
  }

  private static NDArray array(Lane lane, DMatrixRMaj matrix, double scale) {
    ByteBuffer bytes = Lane.allocate(matrix.getNumElements() * Float.BYTES);
    for (double number : matrix.data) {
      bytes.putFloat((float) (scale * number));
    }
    return lane.create(bytes.flip(), new Shape(matrix.numRows, matrix.numCols));
  }

  /** A scalar through which gradients flow to the part of a stitch that learns. */
  NDArray of(TrainableStitch learning) {
    long channels = learning.bias().size();
    NDArray w =
        NDArrays.concat(
            new NDList(
                learning.weight().reshape(channels, -1), learning.bias().reshape(channels, 1)),
            1);
    NDArray product = w.mul(cross).sum();
    // Not times a number: Functional.times tells why
    return w.matMul(gram).mul(w).sum().sub(product.add(product)).add(constant);
  }

  /** The value of a stitch of the sender's own channels. */
  double valueOf(Affine stitch) {
    return weight * moments.meanSquaredError(stitch.matrix()) / variance;
  }

  @Override
  public void close() {
    gram.close();
    cross.close();
  }
}
