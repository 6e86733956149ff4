package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/** The numbers of a stitch. */
final class Affine {
  private final float[] weight;
  private final float[] bias;

  /**
   * Takes the arrays over.
   *
   * @param weight row by row, [out, inputs]
   * @param bias [out]
   */
  Affine(float[] weight, float[] bias) {
    this.weight = weight;
    this.bias = bias;
  }

  /** Row by row, [out, inputs]; not a copy. */
  float[] weight() {
    return weight;
  }

  /** [out]; not a copy. */
  float[] bias() {
    return bias;
  }

  /** Numbers that one output is computed from. */
  int inputs() {
    return weight.length / bias.length;
  }

  /** From a weight and, in the last row, a bias: [inputs + 1, out]. */
  static Affine of(DMatrixRMaj matrix) {
    int inputs = matrix.numRows - 1;
    float[] weight = new float[inputs * matrix.numCols];
    float[] bias = new float[matrix.numCols];
    for (int out = 0; out < bias.length; out++) {
      for (int in = 0; in < inputs; in++) {
        weight[out * inputs + in] = (float) matrix.get(in, out);
      }
      bias[out] = (float) matrix.get(inputs, out);
    }
    return new Affine(weight, bias);
  }

  /** The weight and, in the last row, the bias: [inputs + 1, out]. */
  DMatrixRMaj matrix() {
    int inputs = inputs();
    DMatrixRMaj matrix = new DMatrixRMaj(inputs + 1, bias.length);
    for (int out = 0; out < bias.length; out++) {
      for (int in = 0; in < inputs; in++) {
        matrix.set(in, out, weight[out * inputs + in]);
      }
      matrix.set(inputs, out, bias[out]);
    }
    return matrix;
  }

  static Affine of(FrozenStitch stitch) {
    return new Affine(floats(stitch.weight()), floats(stitch.bias()));
  }

  /** The values of an array of float32, row by row. */
  static float[] floats(NDArray array) {
    ByteBuffer bytes = Lane.copy(array);
    float[] floats = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }

  /** As arrays of a lane. */
  FrozenStitch open(Lane lane, Stitch stitch) {
    return FrozenStitch.of(
        stitch,
        lane.load(tensor("weight", stitch.weightShape(), weight)),
        lane.load(tensor("bias", List.of(bias.length), bias)));
  }

  private static NamedTensor tensor(String name, List<Integer> shape, float[] values) {
    ByteBuffer bytes = Lane.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return new NamedTensor(name, Dtype.F32, shape, bytes);
  }
}
