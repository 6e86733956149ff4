package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.memo.StageRun;
import io.stitchflow.objective.Objective.BatchLoss;
import io.stitchflow.representation.Parts;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.BestEpoch;
import io.stitchflow.torch.GradientOptimizer;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.LearningRate;
import io.stitchflow.torch.TrainingSnapshot;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.TrainingState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * Trains the stitches of one column together: batches in the outer loop, stitches in the inner one.
 *
 * <p>All stitches of a seed see the examples in the same order, and each passes its maps through
 * the receiver on its own, so that its bits do not depend on its company. The last, smaller batch
 * of an epoch is used too.
 *
 * <p>Stitches learn from the examples of {@link Parts#fit}. The loss of a stitch over all of them
 * is measured before the first epoch and after the last, and the stitch with the lower loss is
 * kept: no stitch is worse than its start. With patience the loss over the validation split is
 * measured instead, before the first epoch and after each.
 */
final class ColumnTrainer implements AutoCloseable {
  private final Lane lane;
  private final StitchRecipe recipe;
  private final long seed;
  private final List<Trainee> trainees = new ArrayList<>();
  private @Nullable BatchLoss validation;

  /** Examples a step of a measurement: nothing is learned from them, so that more fit. */
  private static final int MEASURED = 64;

  ColumnTrainer(Lane lane, StitchRecipe recipe, long seed) {
    this.lane = lane;
    this.recipe = recipe;
    this.seed = seed;
  }

  /** The objective on examples that stitches do not learn from, for patience. */
  void watch(BatchLoss validation) {
    this.validation = validation;
  }

  /**
   * What a stitch is before it learns, and what of it learns.
   *
   * @param whitening of the sender's channels, or null to learn weights of the channels themselves
   * @param directions of a stitch of low rank, [channels, rank]; null to learn the whole weight
   */
  record Start(
      FrozenStitch stitch, @Nullable Whitening whitening, @Nullable DMatrixRMaj directions) {
    /** Learns the whole weight of the channels themselves. */
    static Start of(FrozenStitch stitch) {
      return new Start(stitch, null, null);
    }
  }

  /**
   * Adds a stitch.
   *
   * @param unseen the sender's representation of the examples of {@link #watch}, or null
   * @param start whose stitch the trainer closes
   * @param matching added to the objective, or null; the trainer closes it
   */
  void add(
      StageRun run,
      TensorFile sender,
      @Nullable TensorFile unseen,
      Start start,
      @Nullable MatchingLoss matching) {
    trainees.add(new Trainee(run, sender, unseen, start.stitch(), learning(start), matching));
  }

  private TrainableStitch learning(Start start) {
    if (recipe.getBatchNorm()) {
      return TrainableStitch.normalized(lane, start.stitch());
    }
    if (start.directions() != null) {
      return TrainableStitch.ofLowRank(lane, start.stitch(), start.whitening(), start.directions());
    }
    return start.whitening() == null
        ? TrainableStitch.plain(lane, start.stitch())
        : TrainableStitch.whitened(lane, start.stitch(), start.whitening());
  }

  /**
   * Trains all stitches and writes their outputs. One whose loss is no longer finite fails, and the
   * others go on. Each goes on from its own checkpoint, if there is one, regardless of the stitches
   * that it was trained beside.
   */
  void train(BatchLoss objective, DoubleConsumer progress) throws IOException {
    int[] order = Parts.fit(trainees.get(0).sender.rows());
    int examples = order.length;
    int batch = Math.min(recipe.getBatchSize(), examples);
    int largest = Math.max(batch, MEASURED);
    int stepsPerEpoch = (examples + batch - 1) / batch;
    LearningRate rate =
        new LearningRate(
            recipe.getLearningRate(), 0, Math.max(1, stepsPerEpoch * recipe.getEpochs()));
    ByteBuffer buffer =
        Lane.allocate(
            Math.multiplyExact(
                largest * Float.BYTES,
                trainees.stream().mapToInt(t -> t.sender.elementsPerRow()).max().orElseThrow()));
    SplittableRandom random = new SplittableRandom(seed);
    for (Trainee trainee : trainees) {
      trainee.resume(stepsPerEpoch);
    }
    measure(trainees.stream().filter(t -> t.best.losses().isEmpty()).toList(), objective, buffer);
    for (int epoch = 0; epoch < recipe.getEpochs(); epoch++) {
      shuffle(order, random); // also in epochs that are done: each starts from the last one's order
      int now = epoch;
      List<Trainee> learning =
          trainees.stream().filter(t -> t.epochs() == now && t.best.goesOn()).toList();
      for (int from = 0; from < examples && !learning.isEmpty(); from += batch) {
        int start = from;
        int step = epoch * stepsPerEpoch + from / batch;
        int count = Math.min(batch, examples - from);
        double rateNow = rate.at(step);
        Lane.scoped(
            () -> {
              NDArray target = objective.target(order, start, count);
              for (Trainee trainee : learning) {
                trainee.sender.gatherFloats(order, start, count, buffer);
                Lane.scoped(() -> trainee.step(lane, buffer, target, count, objective, rateNow));
              }
            });
        progress.accept((step + 1.) / (stepsPerEpoch * recipe.getEpochs()));
      }
      for (Trainee trainee : learning) {
        if (!trainee.endEpoch(examples)) {
          trainees.remove(trainee);
          trainee.close();
        }
      }
      List<Trainee> finite = learning.stream().filter(trainees::contains).toList();
      if (recipe.getPatience() > 0 || epoch + 1 == recipe.getEpochs()) {
        measure(finite, objective, buffer);
      }
      for (Trainee trainee : finite) {
        trainee.offerCheckpoint();
      }
    }
    for (Trainee trainee : trainees) {
      trainee.write();
    }
  }

  /** Tells each stitch its loss as it is now, over the examples that decide which is kept. */
  private void measure(List<Trainee> measured, BatchLoss learned, ByteBuffer buffer) {
    if (measured.isEmpty()) {
      return;
    }
    BatchLoss objective = recipe.getPatience() > 0 ? Objects.requireNonNull(validation) : learned;
    int[] rows = measured.get(0).deciding();
    double[] sums = new double[measured.size()];
    List<FrozenStitch> stitches = new ArrayList<>();
    try {
      for (Trainee trainee : measured) {
        stitches.add(trainee.frozen());
      }
      for (int from = 0; from < rows.length; from += MEASURED) {
        int start = from;
        int count = Math.min(MEASURED, rows.length - from);
        Lane.scoped(
            () -> {
              NDArray target = objective.target(rows, start, count);
              for (int i = 0; i < sums.length; i++) {
                TensorFile file = measured.get(i).measured();
                FrozenStitch stitch = stitches.get(i);
                file.gatherFloats(rows, start, count, buffer);
                NDArray x = lane.create(buffer, shape(count, file.shape()));
                sums[i] +=
                    count
                        * Lane.<Double>scoped(
                            () -> HostArray.number(objective.loss(stitch.apply(x), target)));
              }
            });
      }
      for (int i = 0; i < sums.length; i++) {
        FrozenStitch stitch = stitches.get(i);
        double loss = sums[i] / rows.length + measured.get(i).matching(stitch);
        measured.get(i).best.add(loss, List.of(stitch.weight(), stitch.bias()));
      }
    } finally {
      stitches.forEach(FrozenStitch::close);
    }
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  @Override
  public void close() {
    trainees.forEach(Trainee::close);
  }

  /** One stitch that learns. */
  private final class Trainee {
    private final StageRun run;
    private final TensorFile sender;
    private final @Nullable TensorFile unseen;
    private final FrozenStitch start;
    private final TrainableStitch stitch;
    private final @Nullable MatchingLoss matching;
    private final GradientOptimizer descent;
    private final List<NDArray> changing;
    private final BestEpoch best = new BestEpoch(recipe.getPatience());
    private final TrainingCurve.Builder curve = TrainingCurve.newBuilder();
    private double lossOfEpoch;

    Trainee(
        StageRun run,
        TensorFile sender,
        @Nullable TensorFile unseen,
        FrozenStitch start,
        TrainableStitch stitch,
        @Nullable MatchingLoss matching) {
      this.run = run;
      this.sender = sender;
      this.unseen = unseen;
      this.start = start;
      this.stitch = stitch;
      this.matching = matching;
      this.descent =
          GradientOptimizer.of(
              recipe.getOptimizer(),
              stitch.decayed(),
              stitch.undecayed(),
              recipe.getMomentum(),
              recipe.getWeightDecay());
      this.changing = stitch.changing();
      changing.addAll(descent.gathered());
    }

    /** Epochs that are done. */
    int epochs() {
      return curve.getLossCount();
    }

    /** The sender's representation of the examples that decide which epoch is kept. */
    TensorFile measured() {
      return recipe.getPatience() > 0 ? Objects.requireNonNull(unseen) : sender;
    }

    /** The rows of these examples. */
    int[] deciding() {
      int rows = measured().rows();
      return recipe.getPatience() > 0 ? IntStream.range(0, rows).toArray() : Parts.fit(rows);
    }

    /** What is added to the objective of such a stitch. */
    double matching(FrozenStitch frozen) {
      return matching == null ? 0 : matching.valueOf(Affine.of(frozen));
    }

    /** A new copy of what would be kept now. Before the first epoch it is the start to the bit. */
    FrozenStitch frozen() {
      return epochs() == 0 ? Affine.of(start).open(lane, start.stitch()) : stitch.frozen(lane);
    }

    void resume(int stepsPerEpoch) throws IOException {
      TrainingState state = run.checkpoint().find(TrainingState.parser());
      if (state != null
          && state.getLossCount() <= recipe.getEpochs()
          && TrainingSnapshot.fits(state, changing)) {
        TrainingSnapshot.restore(lane, state, changing);
        curve.addAllLoss(state.getLossList());
        descent.resume(epochs() * stepsPerEpoch);
        best.resume(state);
      }
    }

    void step(
        Lane lane, ByteBuffer buffer, NDArray target, int count, BatchLoss objective, double rate) {
      NDArray x = lane.create(buffer, shape(count, sender.shape()));
      NDArray loss =
          Autograd.withGradient(
              () -> {
                NDArray own = objective.loss(stitch.apply(x), target);
                return matching == null ? own : own.add(matching.of(stitch));
              });
      Autograd.backward(loss);
      descent.step(rate);
      lossOfEpoch += HostArray.number(loss) * count;
    }

    /** Whether the stitch can go on learning; if not, its stage has failed. */
    boolean endEpoch(int examples) throws IOException {
      double mean = lossOfEpoch / examples;
      if (!Double.isFinite(mean)) {
        run.fail(
            String.format(
                Locale.ROOT,
                "the stitch from '%s' to '%s' diverged in epoch %d of %d: its mean loss is %s, at learning_rate %s; choose a lower learning_rate",
                stitch.stitch().from().layer(),
                stitch.stitch().to().layer(),
                epochs() + 1,
                recipe.getEpochs(),
                mean,
                recipe.getLearningRate()));
        return false;
      }
      curve.addLoss(mean);
      run.loss(mean);
      lossOfEpoch = 0;
      return true;
    }

    void offerCheckpoint() throws IOException {
      run.checkpoint()
          .offer(() -> best.addTo(TrainingSnapshot.take(curve.getLossList(), changing)));
    }

    void write() throws IOException {
      curve.addAllDecisive(best.losses());
      try (FrozenStitch kept = frozen()) {
        best.restore(lane, List.of(kept.weight(), kept.bias()));
        kept.save(run.output("stitch"));
      }
      Files.write(run.output("training"), curve.build().toByteArray());
    }

    void close() {
      descent.close();
      stitch.close();
      start.close();
      if (matching != null) {
        matching.close();
      }
    }
  }

  /** [count, ...row]. */
  static Shape shape(int count, List<Integer> row) {
    long[] sizes = new long[row.size() + 1];
    sizes[0] = count;
    for (int i = 0; i < row.size(); i++) {
      sizes[i + 1] = row.get(i);
    }
    return new Shape(sizes);
  }
}
