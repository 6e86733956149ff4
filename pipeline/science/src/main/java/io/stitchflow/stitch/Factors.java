package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * The weight of a stitch as a product of two factors that learn, which bounds its rank.
 *
 * @param left [out, rank]
 * @param right [rank, inputs]
 */
record Factors(NDArray left, NDArray right) implements AutoCloseable {
  /**
   * Factors of a weight.
   *
   * <p>The left factor starts orthonormal: then the right one takes the steps of a whole weight
   * within the directions, and no direction starts at a saddle, even if the weight is 0 in it.
   *
   * @param weight whose columns lie in the span of the directions
   * @param directions [out, rank], orthonormal columns
   */
  static Factors of(Lane lane, Affine weight, DMatrixRMaj directions) {
    int outputs = directions.numRows;
    DMatrixRMaj whole = new DMatrixRMaj(outputs, weight.inputs());
    for (int i = 0; i < whole.data.length; i++) {
      whole.data[i] = weight.weight()[i];
    }
    return new Factors(
        array(lane, directions), array(lane, CommonOps_DDRM.multTransA(directions, whole, null)));
  }

  private static NDArray array(Lane lane, DMatrixRMaj matrix) {
    ByteBuffer bytes = Lane.allocate(matrix.getNumElements() * Float.BYTES);
    for (double number : matrix.data) {
      bytes.putFloat((float) number);
    }
    return Lane.keep(lane.create(bytes.flip(), new Shape(matrix.numRows, matrix.numCols)));
  }

  /** The weight, [out, inputs]; gradients flow through it to both factors. */
  NDArray product() {
    return left.matMul(right);
  }

  /** The weight row by row, with sums in float64. */
  float[] weight() {
    DMatrixRMaj product = CommonOps_DDRM.mult(matrix(left), matrix(right), null);
    float[] weight = new float[product.getNumElements()];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = (float) product.get(i);
    }
    return weight;
  }

  private static DMatrixRMaj matrix(NDArray array) {
    DMatrixRMaj matrix =
        new DMatrixRMaj(
            Math.toIntExact(array.getShape().get(0)), Math.toIntExact(array.getShape().get(1)));
    float[] values = Affine.floats(array);
    for (int i = 0; i < values.length; i++) {
      matrix.data[i] = values[i];
    }
    return matrix;
  }

  @Override
  public void close() {
    left.close();
    right.close();
  }
}
