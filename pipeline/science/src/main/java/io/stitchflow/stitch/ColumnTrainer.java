package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.memo.StageRun;
import io.stitchflow.stitch.Objective.BatchLoss;
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
import org.jspecify.annotations.Nullable;

/**
 * Trains the stitches of one column together: batches in the outer loop, stitches in the inner one.
 *
 * <p>All stitches of a seed see the examples in the same order, and each passes its maps through
 * the receiver on its own, so that its bits do not depend on its company. The last, smaller batch
 * of an epoch is used too.
 */
final class ColumnTrainer implements AutoCloseable {
  private final Lane lane;
  private final StitchRecipe recipe;
  private final long seed;
  private final List<Trainee> trainees = new ArrayList<>();
  private @Nullable BatchLoss validation;

  ColumnTrainer(Lane lane, StitchRecipe recipe, long seed) {
    this.lane = lane;
    this.recipe = recipe;
    this.seed = seed;
  }

  /** What stitches do after each epoch on examples that they do not learn from, for patience. */
  void watch(BatchLoss validation) {
    this.validation = validation;
  }

  /** Adds a stitch, which the trainer closes. */
  void add(StageRun run, TensorFile sender, FrozenStitch stitch) {
    add(run, sender, null, stitch);
  }

  /** Adds a stitch, which the trainer closes, with what it is watched on. */
  void add(StageRun run, TensorFile sender, @Nullable TensorFile unseen, FrozenStitch stitch) {
    trainees.add(
        new Trainee(
            run,
            sender,
            unseen,
            recipe.getBatchNorm()
                ? TrainableStitch.normalized(lane, stitch)
                : TrainableStitch.plain(stitch)));
  }

  /**
   * Trains all stitches and writes their outputs. One whose loss is no longer finite fails, and the
   * others go on. Each goes on from its own checkpoint, if there is one, regardless of the stitches
   * that it was trained beside.
   */
  void train(BatchLoss objective, DoubleConsumer progress) throws IOException {
    int examples = trainees.get(0).sender.rows();
    int batch = Math.min(recipe.getBatchSize(), examples);
    int stepsPerEpoch = (examples + batch - 1) / batch;
    LearningRate rate =
        new LearningRate(
            recipe.getLearningRate(), 0, Math.max(1, stepsPerEpoch * recipe.getEpochs()));
    ByteBuffer buffer =
        Lane.allocate(
            Math.multiplyExact(
                batch * Float.BYTES,
                trainees.stream().mapToInt(t -> t.sender.elementsPerRow()).max().orElseThrow()));
    int[] order = new int[examples];
    for (int i = 0; i < examples; i++) {
      order[i] = i;
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (Trainee trainee : trainees) {
      trainee.resume(stepsPerEpoch);
    }
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
        if (!trainee.endEpoch(examples, buffer)) {
          trainees.remove(trainee);
          trainee.close();
        }
      }
    }
    for (Trainee trainee : trainees) {
      trainee.write();
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
    private final TrainableStitch stitch;
    private final GradientOptimizer descent;
    private final List<NDArray> changing;
    private final BestEpoch best = new BestEpoch(recipe.getPatience());
    private final TrainingCurve.Builder curve = TrainingCurve.newBuilder();
    private double lossOfEpoch;

    Trainee(StageRun run, TensorFile sender, @Nullable TensorFile unseen, TrainableStitch stitch) {
      this.run = run;
      this.sender = sender;
      this.unseen = unseen;
      this.stitch = stitch;
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
      NDArray loss = Autograd.withGradient(() -> objective.loss(stitch.apply(x), target));
      Autograd.backward(loss);
      descent.step(rate);
      lossOfEpoch += HostArray.number(loss) * count;
    }

    /** Whether the stitch can go on learning; if not, its stage has failed. */
    boolean endEpoch(int examples, ByteBuffer buffer) throws IOException {
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
      lossOfEpoch = 0;
      if (best.watches()) {
        best.add(validationLoss(buffer), stitch.changing());
      }
      run.checkpoint()
          .offer(() -> best.addTo(TrainingSnapshot.take(curve.getLossList(), changing)));
      return true;
    }

    /** Mean over the examples that the stitch does not learn from. */
    private double validationLoss(ByteBuffer buffer) {
      TensorFile file = Objects.requireNonNull(unseen);
      BatchLoss objective = Objects.requireNonNull(validation);
      int batch = Math.min(recipe.getBatchSize(), sender.rows());
      int[] rows = IntStream.range(0, file.rows()).toArray();
      double sum = 0;
      for (int from = 0; from < rows.length; from += batch) {
        int start = from;
        int count = Math.min(batch, rows.length - from);
        file.gatherFloats(rows, start, count, buffer);
        sum +=
            count
                * Lane.<Double>scoped(
                    () -> {
                      NDArray x = lane.create(buffer, shape(count, file.shape()));
                      NDArray target = objective.target(rows, start, count);
                      return HostArray.number(objective.loss(stitch.applyFrozen(x), target));
                    });
      }
      return sum / rows.length;
    }

    void write() throws IOException {
      best.restore(lane, stitch.changing());
      curve.addAllValidation(best.losses());
      stitch.save(run.output("stitch"));
      Files.write(run.output("training"), curve.build().toByteArray());
    }

    void close() {
      descent.close();
      stitch.close();
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
