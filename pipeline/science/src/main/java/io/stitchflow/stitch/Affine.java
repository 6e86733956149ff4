package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.List;

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
