package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.network.LearningRate;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Sgd;
import io.stitchflow.torch.Values;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;

/**
 * Trains the stitches of one column together: batches in the outer loop, stitches in the inner one.
 *
 * <p>All stitches of a seed see the examples in the same order, and each passes its maps through
 * the receiver on its own, so that its bits do not depend on its company. The last, smaller batch
 * of an epoch is used too.
 */
final class ColumnTrainer implements AutoCloseable {
  /** What a stitch learns. */
  interface Objective {
    /** What a batch's outputs are held against; the same for all stitches of the column. */
    NDArray target(int[] rows, int from, int count);

    /** The mean over the batch. */
    NDArray loss(NDArray stitched, NDArray target);
  }

  private final Lane lane;
  private final StitchRecipe recipe;
  private final long seed;
  private final List<Trainee> trainees = new ArrayList<>();

  ColumnTrainer(Lane lane, StitchRecipe recipe, long seed) {
    this.lane = lane;
    this.recipe = recipe;
    this.seed = seed;
  }

  /** Adds a stitch, which the trainer closes. */
  void add(StageRun run, TensorFile sender, FittedStitch stitch) {
    trainees.add(new Trainee(run, sender, stitch));
  }

  /**
   * Trains all stitches and writes their outputs. One whose loss is no longer finite fails, and the
   * others go on.
   */
  void train(Objective objective, DoubleConsumer progress) throws IOException {
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
    int step = 0;
    for (int epoch = 0; epoch < recipe.getEpochs() && !trainees.isEmpty(); epoch++) {
      shuffle(order, random);
      for (int from = 0; from < examples; from += batch, step++) {
        int start = from;
        int count = Math.min(batch, examples - from);
        double now = rate.at(step);
        Lane.scoped(
            () -> {
              NDArray target = objective.target(order, start, count);
              for (Trainee trainee : trainees) {
                trainee.sender.gatherFloats(order, start, count, buffer);
                Lane.scoped(() -> trainee.step(lane, buffer, target, count, objective, now));
              }
            });
        progress.accept((step + 1.) / (stepsPerEpoch * recipe.getEpochs()));
      }
      for (Trainee trainee : List.copyOf(trainees)) {
        if (!trainee.endEpoch(examples)) {
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
    private final FittedStitch stitch;
    private final Sgd sgd;
    private final TrainingCurve.Builder curve = TrainingCurve.newBuilder();
    private double lossOfEpoch;

    Trainee(StageRun run, TensorFile sender, FittedStitch stitch) {
      this.run = run;
      this.sender = sender;
      this.stitch = stitch;
      this.sgd =
          new Sgd(
              List.of(stitch.weight()),
              List.of(stitch.bias()),
              recipe.getMomentum(),
              recipe.getWeightDecay());
    }

    void step(
        Lane lane, ByteBuffer buffer, NDArray target, int count, Objective objective, double rate) {
      NDArray x = lane.create(buffer, shape(count, sender.shape()));
      NDArray loss = Autograd.withGradient(() -> objective.loss(stitch.apply(x), target));
      Autograd.backward(loss);
      sgd.step(rate);
      lossOfEpoch += Values.number(loss) * count;
    }

    /** Whether the stitch can go on learning; if not, its stage has failed. */
    boolean endEpoch(int examples) {
      double mean = lossOfEpoch / examples;
      if (!Double.isFinite(mean)) {
        run.fail(
            String.format(
                "the stitch from '%s' to '%s' diverged in epoch %d of %d: its loss is %s; lower learning_rate from %s",
                stitch.stitch().from().layer(),
                stitch.stitch().to().layer(),
                curve.getLossCount() + 1,
                recipe.getEpochs(),
                mean,
                recipe.getLearningRate()));
        return false;
      }
      curve.addLoss(mean);
      lossOfEpoch = 0;
      return true;
    }

    void write() throws IOException {
      stitch.save(run.output("stitch"));
      Files.write(run.output("training"), curve.build().toByteArray());
    }

    void close() {
      sgd.close();
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
