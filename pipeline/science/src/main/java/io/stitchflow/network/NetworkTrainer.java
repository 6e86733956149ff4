package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.memo.Checkpoint;
import io.stitchflow.network.layer.BatchNormalization;
import io.stitchflow.network.layer.Convolution;
import io.stitchflow.network.layer.Linear;
import io.stitchflow.network.layer.Sequence;
import io.stitchflow.network.layer.Step;
import io.stitchflow.network.layer.Tensor;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.BestEpoch;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.GradientOptimizer;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.LearningRate;
import io.stitchflow.torch.TrainingSnapshot;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.TrainingRecipe;
import io.stitchflow.v1.TrainingState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Trains a network on labelled images, as its recipe says. Each epoch goes through the images in a
 * new order; those that do not fill a last batch are left out of that epoch, so that every step
 * weighs the same.
 */
final class NetworkTrainer {
  // Of float32, in any processor that libtorch has kernels for
  private static final int LARGEST_VECTOR = 16;

  private static final int MAP = 3;

  private final Lane lane;
  private final Weights weights;
  private final Sequence network;
  private final Learning learning = new Learning();
  private final TrainingRecipe recipe;
  private final TensorFile images;
  private final Augmentation augmentation;
  private final SplittableRandom random;
  private final LearningRate rate;
  private final int stepsPerEpoch;

  // Refilled for each step
  private final NetworkInputs inputs;
  private final ByteBuffer labels;

  /**
   * @param weights trained in place
   * @param seed of order and augmentation
   * @throws IllegalArgumentException if the recipe asks for no epoch, or for batches that the
   *     images do not fill
   */
  NetworkTrainer(Lane lane, Weights weights, TrainingRecipe recipe, TensorFile images, long seed) {
    this.lane = lane;
    this.weights = weights;
    this.recipe = recipe;
    this.images = images;
    int size = recipe.getBatchSize();
    if (recipe.getEpochs() < 1 || size < 1 || size > images.rows()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "training takes an epoch and a batch in [1, %d], but was: %d epochs, batch %d",
              images.rows(),
              recipe.getEpochs(),
              size));
    }
    this.stepsPerEpoch = images.rows() / size;
    this.rate =
        new LearningRate(
            recipe.getLearningRate(),
            recipe.getWarmup(),
            Math.multiplyExact(recipe.getEpochs(), stepsPerEpoch));
    this.augmentation = augmentation(recipe, images.shape());
    this.random = new SplittableRandom(seed);
    this.network = new Sequence(List.copyOf(weights.architecture().sections()));
    this.inputs = new NetworkInputs(images, size);
    this.labels = Lane.allocate(size * Long.BYTES);
  }

  /** Changes nothing where examples are not maps. */
  private static Augmentation augmentation(TrainingRecipe recipe, List<Integer> shape) {
    return shape.size() == MAP
        ? new Augmentation(
            shape.get(1), shape.get(2), recipe.getFlip(), recipe.getTranslate(), recipe.getCutout())
        : new Augmentation(1, 1, false, 0, 0);
  }

  /**
   * Trains through all epochs, or until patience ends, from the checkpoint on if there is one.
   *
   * @param validation cross-entropy of the network as it is, where the recipe has patience
   * @param progress told the share of steps done
   * @param lossOfEpoch told the mean loss of each epoch
   * @return the mean loss of each epoch, and how it did on validation
   * @throws IllegalArgumentException if the loss is no longer a number
   */
  TrainingCurve train(
      Checkpoint checkpoint,
      DoubleSupplier validation,
      DoubleConsumer progress,
      DoubleConsumer lossOfEpoch)
      throws IOException {
    int[] order = new int[images.rows()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    try (GradientOptimizer descent =
        GradientOptimizer.of(
            recipe.getOptimizer(),
            arrays(Tensor::isDecayed),
            arrays(tensor -> tensor.isTrained() && !tensor.isDecayed()),
            recipe.getMomentum(),
            recipe.getWeightDecay())) {
      List<NDArray> kept = arrays(tensor -> true);
      List<NDArray> changing = new ArrayList<>(kept);
      changing.addAll(descent.gathered());
      BestEpoch best = new BestEpoch(recipe.getPatience());
      List<Double> losses = resume(checkpoint, changing, best);
      descent.resume(losses.size() * stepsPerEpoch);
      for (int epoch = 0; epoch < losses.size(); epoch++) {
        skip(order);
      }
      for (int epoch = losses.size(); epoch < recipe.getEpochs() && best.goesOn(); epoch++) {
        shuffle(order);
        double sum = 0;
        for (int i = 0; i < stepsPerEpoch; i++) {
          int step = epoch * stepsPerEpoch + i;
          assemble(order, i * recipe.getBatchSize());
          sum += step(descent, rate.at(step));
          progress.accept((step + 1.) / rate.steps());
        }
        double loss = checkFinite(sum / stepsPerEpoch, epoch);
        losses.add(loss);
        lossOfEpoch.accept(loss);
        if (best.watches()) {
          best.add(validation.getAsDouble(), kept);
        }
        checkpoint.offer(() -> best.addTo(TrainingSnapshot.take(losses, changing)));
      }
      best.restore(lane, kept);
      return TrainingCurve.newBuilder().addAllLoss(losses).addAllValidation(best.losses()).build();
    }
  }

  /** Losses of the epochs that need not be done again; the arrays are as these left them. */
  private List<Double> resume(Checkpoint checkpoint, List<NDArray> arrays, BestEpoch best)
      throws IOException {
    TrainingState state = checkpoint.find(TrainingState.parser());
    if (state == null
        || state.getLossCount() > recipe.getEpochs()
        || !TrainingSnapshot.fits(state, arrays)) {
      return new ArrayList<>();
    }
    TrainingSnapshot.restore(lane, state, arrays);
    best.resume(state);
    return new ArrayList<>(state.getLossList());
  }

  /** Draws what an epoch draws, so that the next one finds chance as it would have been. */
  private void skip(int[] order) {
    shuffle(order);
    for (int i = 0; i < stepsPerEpoch * recipe.getBatchSize(); i++) {
      augmentation.draw(random);
    }
  }

  /** Fisher and Yates. */
  private void shuffle(int[] order) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int row = order[i];
      order[i] = order[j];
      order[j] = row;
    }
  }

  private void assemble(int[] order, int from) {
    int size = recipe.getBatchSize();
    inputs.readAugmented(order, from, size, augmentation, random);
    labels.clear();
    for (int i = from; i < from + size; i++) {
      labels.putLong(images.label(order[i]));
    }
    labels.flip();
  }

  /** One step; the loss before it. */
  private double step(GradientOptimizer descent, double learningRate) {
    int size = recipe.getBatchSize();
    return Lane.scoped(
        () -> {
          NDArray batch = inputs.augmented(lane, size);
          NDArray classes = lane.createLongs(labels, new Shape(size, 1));
          NDArray loss = Autograd.withGradient(() -> loss(batch, classes));
          Autograd.backward(loss);
          descent.step(learningRate);
          return HostArray.number(loss);
        });
  }

  private NDArray loss(NDArray batch, NDArray classes) {
    return Functional.crossEntropy(network.apply(batch, learning), classes);
  }

  /** Layers while their weights are trained and normalisation goes by the batch. */
  private final class Learning implements Step.Arithmetic {
    @Override
    public NDArray convolve(NDArray x, Convolution convolution) {
      if (needsChannelsFirst(convolution)) {
        try (NDArray first = Functional.channelsFirst(x)) {
          return convolveAsItLies(first, convolution);
        }
      }
      if (weights.architecture().layers().isEmpty()) {
        return convolveAsItLies(x, convolution); // a ResNet's maps lie so already
      }
      try (NDArray last = Functional.channelsLast(x)) {
        return convolveAsItLies(last, convolution);
      }
    }

    private NDArray convolveAsItLies(NDArray x, Convolution convolution) {
      NDArray y =
          Functional.conv2d(
              x,
              weights.get(convolution.weight()),
              convolution.hasBias() ? weights.get(convolution.bias()) : null,
              convolution.window(),
              convolution.groups());
      if (convolution.norm() == null) {
        return y;
      }
      try (y) {
        return normalize(y, convolution.norm());
      }
    }

    @Override
    public NDArray normalize(NDArray x, BatchNormalization normalization) {
      return Functional.batchNormTraining(x, normalization.arrays(weights::get));
    }

    @Override
    public NDArray linear(NDArray x, Linear linear) {
      return Functional.linear(
          x, weights.get(linear.weight()), linear.hasBias() ? weights.get(linear.bias()) : null);
    }

    @Override
    public NDArray array(String name) {
      return weights.get(name);
    }
  }

  /**
   * Whether oneDNN's gradient of the weights writes outside its memory with channels last: strided
   * 1x1 convolutions of fewer channels than a vector holds (oneDNN issue 6035), 8 with AVX2, 16
   * with AVX-512. In groups, of fewer channels a group.
   */
  private static boolean needsChannelsFirst(Convolution convolution) {
    return convolution.window().kernel().area() == 1
        && convolution.in() / convolution.groups() % LARGEST_VECTOR != 0;
  }

  private List<NDArray> arrays(Predicate<Tensor> which) {
    return weights.architecture().tensors().stream()
        .filter(which)
        .map(tensor -> weights.get(tensor.name()))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private double checkFinite(double loss, int epoch) {
    if (!Double.isFinite(loss)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "training diverged in epoch %d of %d: its mean loss is %s, at learning_rate %s; choose a lower learning_rate",
              epoch + 1,
              recipe.getEpochs(),
              loss,
              recipe.getLearningRate()));
    }
    return loss;
  }
}
