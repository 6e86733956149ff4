package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A stitch while it learns: affine, or between two batch normalisations of the batch's own
 * statistics, as in <a href="https://arxiv.org/abs/2106.07682">Bansal et al. 2021</a>. What is
 * saved is affine either way: normalisations are folded into it with their running statistics.
 */
final class TrainableStitch implements AutoCloseable {
  private final FrozenStitch affine;
  // None, or of the sender's channels and of the receiver's
  private final List<BatchNorm> norms;

  private TrainableStitch(FrozenStitch affine, List<BatchNorm> norms) {
    this.affine = affine;
    this.norms = List.copyOf(norms);
  }

  /** Closes {@code affine} with itself. */
  static TrainableStitch plain(FrozenStitch affine) {
    return new TrainableStitch(affine, List.of());
  }

  /** Like {@link #plain}, between two normalisations that begin with weight 1 and bias 0. */
  static TrainableStitch normalized(Lane lane, FrozenStitch affine) {
    Stitch stitch = affine.stitch();
    return new TrainableStitch(
        affine, List.of(norm(lane, stitch.from().channels()), norm(lane, stitch.to().channels())));
  }

  private static BatchNorm norm(Lane lane, int channels) {
    Shape shape = new Shape(channels);
    return new BatchNorm(
        Lane.keep(lane.manager().ones(shape)),
        Lane.keep(lane.manager().zeros(shape)),
        Lane.keep(lane.manager().zeros(shape)),
        Lane.keep(lane.manager().ones(shape)));
  }

  Stitch stitch() {
    return affine.stitch();
  }

  /** What a normalised stitch does first. */
  BatchNorm before() {
    return norms.get(0);
  }

  /** What it does last. */
  BatchNorm after() {
    return norms.get(1);
  }

  /** Carries a batch over, and moves running statistics to it if it normalises. */
  NDArray apply(NDArray x) {
    if (norms.isEmpty()) {
      return affine.apply(x);
    }
    NDArray normalized = Functional.batchNormTraining(x, before());
    return Functional.batchNormTraining(affine.apply(normalized), after());
  }

  /** What is saved would carry the batch over like this. */
  NDArray applyFrozen(NDArray x) {
    if (norms.isEmpty()) {
      return affine.apply(x);
    }
    return Functional.batchNorm(affine.apply(Functional.batchNorm(x, before())), after());
  }

  /** Trained arrays to which weight decay applies. */
  List<NDArray> decayed() {
    return List.of(affine.weight());
  }

  /** The other trained arrays. */
  List<NDArray> undecayed() {
    List<NDArray> arrays = new ArrayList<>();
    arrays.add(affine.bias());
    for (BatchNorm norm : norms) {
      arrays.add(norm.weight());
      arrays.add(norm.bias());
    }
    return arrays;
  }

  /** All arrays that training changes, running statistics too. */
  List<NDArray> changing() {
    List<NDArray> arrays = new ArrayList<>(decayed());
    arrays.addAll(undecayed());
    for (BatchNorm norm : norms) {
      arrays.add(norm.mean());
      arrays.add(norm.variance());
    }
    return arrays;
  }

  void save(Path file) throws IOException {
    if (norms.isEmpty()) {
      affine.save(file);
    } else {
      FrozenStitch.save(file, stitch(), folded());
    }
  }

  /**
   * a2 (W (a1 x + c1) + b) + c2 as one weight and one bias, where a x + c are the normalisations.
   */
  private List<NamedTensor> folded() {
    Scaling before = Scaling.of(before());
    Scaling after = Scaling.of(after());
    float[] weight = floats(affine.weight());
    float[] bias = floats(affine.bias());
    int inputs = stitch().inputs();
    int inputsPerChannel = inputs / before.factor.length;
    for (int out = 0; out < bias.length; out++) {
      double sum = bias[out];
      for (int in = 0; in < inputs; in++) {
        int channel = in / inputsPerChannel;
        double w = weight[out * inputs + in];
        sum += w * before.shift[channel];
        weight[out * inputs + in] = (float) (after.factor[out] * w * before.factor[channel]);
      }
      bias[out] = (float) (after.factor[out] * sum + after.shift[out]);
    }
    return List.of(
        tensor("weight", stitch().weightShape(), weight),
        tensor("bias", List.of(bias.length), bias));
  }

  /** What a normalisation by running statistics does to each channel. */
  private static final class Scaling {
    private final double[] factor;
    private final double[] shift;

    private Scaling(int channels) {
      this.factor = new double[channels];
      this.shift = new double[channels];
    }

    static Scaling of(BatchNorm norm) {
      float[] weight = floats(norm.weight());
      float[] bias = floats(norm.bias());
      float[] mean = floats(norm.mean());
      float[] variance = floats(norm.variance());
      Scaling scaling = new Scaling(weight.length);
      for (int i = 0; i < weight.length; i++) {
        scaling.factor[i] = weight[i] / Math.sqrt(variance[i] + BatchNorm.EPSILON);
        scaling.shift[i] = bias[i] - mean[i] * scaling.factor[i];
      }
      return scaling;
    }
  }

  private static float[] floats(NDArray array) {
    ByteBuffer bytes = Lane.copy(array);
    float[] floats = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }

  private static NamedTensor tensor(String name, List<Integer> shape, float[] values) {
    ByteBuffer bytes = Lane.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return new NamedTensor(name, Dtype.F32, shape, bytes);
  }

  @Override
  public void close() {
    affine.close();
    for (BatchNorm norm : norms) {
      norm.weight().close();
      norm.bias().close();
      norm.mean().close();
      norm.variance().close();
    }
  }
}
