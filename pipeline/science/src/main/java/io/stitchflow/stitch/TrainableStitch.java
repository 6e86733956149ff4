package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.torch.Lane;
import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * A stitch while it learns: affine, or affine behind a {@link Whitening} of the sender's channels,
 * either with a weight of low rank, or between two batch normalisations of the batch's own
 * statistics, as in <a href="https://arxiv.org/abs/2106.07682">Bansal et al. 2021</a>. {@link
 * #frozen} is affine in each case: factors are multiplied, whitening and normalisations are folded
 * into it, the latter with their running statistics.
 */
final class TrainableStitch implements AutoCloseable {
  // What learns; of low rank, only its bias
  private final FrozenStitch affine;
  private final @Nullable Factors factors;
  // None, or of the sender's channels and of the receiver's
  private final List<BatchNorm> norms;
  private final @Nullable Whitening whitening;
  private final Whitening.@Nullable Arrays whitened;

  private TrainableStitch(
      FrozenStitch affine,
      @Nullable Factors factors,
      List<BatchNorm> norms,
      @Nullable Whitening whitening,
      Whitening.@Nullable Arrays whitened) {
    this.affine = affine;
    this.factors = factors;
    this.norms = List.copyOf(norms);
    this.whitening = whitening;
    this.whitened = whitened;
  }

  /** Begins as {@code start}, of which it takes a copy. */
  static TrainableStitch plain(Lane lane, FrozenStitch start) {
    return new TrainableStitch(
        Affine.of(start).open(lane, start.stitch()), null, List.of(), null, null);
  }

  /** Begins as {@code start}, and learns weights of whitened channels. */
  static TrainableStitch whitened(Lane lane, FrozenStitch start, Whitening whitening) {
    return new TrainableStitch(
        whitening.whiten(Affine.of(start)).open(lane, start.stitch()),
        null,
        List.of(),
        whitening,
        whitening.open(lane));
  }

  /**
   * Begins as {@code start}, and learns two factors of its weight.
   *
   * @param whitening of the sender's channels, or null to learn weights of the channels themselves
   * @param directions [channels, rank], orthonormal columns that span the start's weight
   */
  static TrainableStitch ofLowRank(
      Lane lane, FrozenStitch start, @Nullable Whitening whitening, DMatrixRMaj directions) {
    Affine learned = whitening == null ? Affine.of(start) : whitening.whiten(Affine.of(start));
    return new TrainableStitch(
        learned.open(lane, start.stitch()),
        Factors.of(lane, learned, directions),
        List.of(),
        whitening,
        whitening == null ? null : whitening.open(lane));
  }

  /** Begins as {@code start} between two normalisations of weight 1 and bias 0. */
  static TrainableStitch normalized(Lane lane, FrozenStitch start) {
    Stitch stitch = start.stitch();
    return new TrainableStitch(
        Affine.of(start).open(lane, stitch),
        null,
        List.of(norm(lane, stitch.from().channels()), norm(lane, stitch.to().channels())),
        null,
        null);
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

  /** The part that learns, before whitening or normalisations are folded into it. */
  FrozenStitch affine() {
    return affine;
  }

  /** The weight that learns, or the product of the factors that do, [out, ...]. */
  NDArray weight() {
    return factors == null
        ? affine.weight()
        : factors.product().reshape(affine.weight().getShape());
  }

  /** The bias that learns, [out]. */
  NDArray bias() {
    return affine.bias();
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
      return stitch().apply(whitened == null ? x : whitened.apply(x), weight(), bias());
    }
    NDArray normalized = Functional.batchNormTraining(x, before());
    return Functional.batchNormTraining(affine.apply(normalized), after());
  }

  /** Trained arrays to which weight decay applies. */
  List<NDArray> decayed() {
    return factors == null ? List.of(affine.weight()) : List.of(factors.left(), factors.right());
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

  /** The stitch as it is now, of the sender's own channels. */
  FrozenStitch frozen(Lane lane) {
    Affine learned =
        factors == null
            ? Affine.of(affine)
            : new Affine(factors.weight(), Affine.floats(affine.bias()));
    if (!norms.isEmpty()) {
      learned = folded(learned.weight(), learned.bias());
    } else if (whitening != null) {
      learned = whitening.unwhiten(learned);
    }
    return learned.open(lane, stitch());
  }

  /** a2 (W (a1 x + c1) + b) + c2 with one weight and one bias: a x + c are the normalisations. */
  private Affine folded(float[] weight, float[] bias) {
    Scaling before = Scaling.of(before());
    Scaling after = Scaling.of(after());
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
    return new Affine(weight, bias);
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
      float[] weight = Affine.floats(norm.weight());
      float[] bias = Affine.floats(norm.bias());
      float[] mean = Affine.floats(norm.mean());
      float[] variance = Affine.floats(norm.variance());
      Scaling scaling = new Scaling(weight.length);
      for (int i = 0; i < weight.length; i++) {
        scaling.factor[i] = weight[i] / Math.sqrt(variance[i] + BatchNorm.EPSILON);
        scaling.shift[i] = bias[i] - mean[i] * scaling.factor[i];
      }
      return scaling;
    }
  }

  @Override
  public void close() {
    affine.close();
    if (factors != null) {
      factors.close();
    }
    if (whitened != null) {
      whitened.close();
    }
    for (BatchNorm norm : norms) {
      norm.weight().close();
      norm.bias().close();
      norm.mean().close();
      norm.variance().close();
    }
  }
}
