package io.stitchflow.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.LearningRate;
import io.stitchflow.torch.Sgd;
import io.stitchflow.v1.StitchRecipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One stitch trained as the authors' script trains it: for each batch, forward and backward through
 * the whole of what it is between, in the order of examples of our own stages.
 *
 * @param images train images, all in memory already
 */
record NaiveCell(
    Lane lane, NaiveNetwork sender, NaiveNetwork receiver, Stitch stitch, Images images) {

  /** Normalised images [examples, 3, 32, 32] and their labels. */
  record Images(ByteBuffer pixels, List<Integer> labels) {
    private static final int BYTES = 3 * 32 * 32 * Float.BYTES;

    static Images read(Path dataset, int examples) throws IOException {
      try (TensorFile file = TensorFile.open(dataset)) {
        ByteBuffer all = Lane.allocate(examples * BYTES);
        NetworkInputs pixels = new NetworkInputs(file, 1);
        Integer[] labels = new Integer[examples];
        for (int i = 0; i < examples; i++) {
          all.put(pixels.read(i, 1));
          labels[i] = file.label(i);
        }
        return new Images(all.flip(), List.of(labels));
      }
    }

    private NDArray batch(Lane lane, int[] order, int from, int count) {
      ByteBuffer batch = Lane.allocate(count * BYTES);
      for (int i = from; i < from + count; i++) {
        batch.put(pixels.slice(order[i] * BYTES, BYTES));
      }
      return lane.create(batch.flip(), new Shape(count, 3, 32, 32));
    }

    private NDArray classes(Lane lane, int[] order, int from, int count) {
      ByteBuffer batch = Lane.allocate(count * Long.BYTES);
      for (int i = from; i < from + count; i++) {
        batch.putLong(labels.get(order[i]));
      }
      return lane.createLongs(batch.flip(), new Shape(count, 1));
    }
  }

  @FunctionalInterface
  private interface Loss {
    NDArray of(NDArray stitched, int[] order, int from, int count, NDArray batch);
  }

  /** Cross-entropy of the receiver's logits; the stitch after that many epochs. */
  List<NamedTensor> vanilla(Path start, StitchRecipe recipe, int epochs) throws IOException {
    return train(
        start,
        recipe,
        epochs,
        (stitched, order, from, count, batch) ->
            Functional.crossEntropy(
                receiver.suffix(stitched, stitch.to()), images.classes(lane, order, from, count)));
  }

  /** Squared error to the receiver's own map. */
  List<NamedTensor> copy(Path start, StitchRecipe recipe, int epochs) throws IOException {
    return train(
        start,
        recipe,
        epochs,
        (stitched, order, from, count, batch) ->
            Functional.meanSquaredError(stitched, receiver.prefix(batch, stitch.to())));
  }

  /**
   * @param epochs done of those in the recipe, whose learning rates they have
   */
  private List<NamedTensor> train(Path start, StitchRecipe recipe, int epochs, Loss loss)
      throws IOException {
    SafetensorsFile file = Safetensors.read(start);
    int examples = images.labels().size();
    int batch = recipe.getBatchSize();
    int steps = (examples + batch - 1) / batch;
    LearningRate rate = new LearningRate(recipe.getLearningRate(), 0, steps * recipe.getEpochs());
    int[] order = new int[examples];
    for (int i = 0; i < examples; i++) {
      order[i] = i;
    }
    SplittableRandom random = new SplittableRandom(NaiveBenchmark.SEED);
    try (NDArray weight = Lane.keep(lane.load(file.get("weight")));
        NDArray bias = Lane.keep(lane.load(file.get("bias")));
        Sgd sgd =
            new Sgd(
                List.of(weight), List.of(bias), recipe.getMomentum(), recipe.getWeightDecay())) {
      for (int step = 0; step < steps * epochs; step++) {
        int from = step % steps * batch;
        if (from == 0) {
          shuffle(order, random);
        }
        int count = Math.min(batch, examples - from);
        double now = rate.at(step);
        Lane.scoped(
            () -> {
              NDArray x = images.batch(lane, order, from, count);
              NDArray value =
                  Autograd.withGradient(
                      () ->
                          loss.of(
                              stitch.apply(sender.prefix(x, stitch.from()), weight, bias),
                              order,
                              from,
                              count,
                              x));
              Autograd.backward(value);
              sgd.step(now);
              sender.zeroGradients();
              receiver.zeroGradients();
            });
      }
      return List.of(Lane.save("weight", weight), Lane.save("bias", bias));
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

  /** As a file that our stages read. */
  Path save(List<NamedTensor> tensors, Path file) throws IOException {
    Safetensors.write(file, tensors, new TreeMap<>(Map.of("family", stitch.family().name())));
    return file;
  }
}
