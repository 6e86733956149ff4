package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.representation.Parts;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where vanilla stitches start, and what of their start and of the sender's channels matters. */
class StartsTest extends BetweenTwoNetworks {
  private static final StitchRecipe WHITENED =
      Cells.RECIPE.toBuilder().setWeightDecay(0).setWhiten(true).build();

  /** At a rate of 50 the task is lost in the first epoch. */
  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.1, 50})
  void gate8_fromTheCopy_noStitchHasMoreTrainLossThanTheCopy(double rate) throws IOException {
    StitchRecipe recipe = WHITENED.toBuilder().setLearningRate(rate).build();
    for (String from : Subject.CUTS) {
      Sender sender = sender(from);
      Path copy = cells.copy(from, "layer2.0");
      Path fitted = fit(sender, from, "layer2.0", Initialization.COPY, recipe);
      Comparison comparison = cells.compare(from, "layer2.0", fitted.resolve("stitch"), copy);
      double ofCopy = Cells.number(comparison.getTrain(), "copy_cross_entropy");
      List<Double> losses = curve(fitted).getDecisiveList();
      assertThat(losses).as("before the first epoch and after the last").hasSize(2);
      assertThat(losses.get(0)).isEqualTo(ofCopy, within(1e-6 * ofCopy));
      double kept = Cells.number(comparison.getTrain(), "vanilla_cross_entropy");
      assertThat(kept).isEqualTo(Collections.min(losses), within(1e-5 * kept));
      assertThat(kept).as(from).isLessThanOrEqualTo(ofCopy * (1 + 1e-6));
      if (rate == 50) {
        for (String array : List.of("weight", "bias")) {
          assertThat(Safetensors.read(fitted.resolve("stitch")).get(array).data())
              .isEqualTo(Safetensors.read(copy).get(array).data());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "COPY, layer1.0",
    "MEAN, layer1.0",
    "COPY, layer4.0",
    "MEAN, layer4.0",
    "COPY, stem",
  })
  void gate9_senderTimes100InAnotherOrder_givesTheSameStitchedMaps(
      Initialization start, String from) throws IOException {
    Sender sender = changed(sender(from), 1, false);
    Sender other = changed(sender, 100, true);
    assertThat(difference(stitched(sender, from, start), stitched(other, from, start)))
        .isLessThan(1e-4);
  }

  @Test
  void gate9_randomStartOfASenderTimes100_givesTheSameStitchedMaps() throws IOException {
    Sender sender = changed(sender("layer1.0"), 1, false);
    Sender other = changed(sender, 100, false);
    float[] expected = stitched(sender, "layer1.0", Initialization.KAIMING);
    assertThat(difference(expected, stitched(other, "layer1.0", Initialization.KAIMING)))
        .isLessThan(1e-4);
  }

  @Test
  void unwhitened_senderTimes100_isAnotherStitch() throws IOException {
    StitchRecipe raw = WHITENED.toBuilder().setWhiten(false).build();
    Sender sender = changed(sender("layer1.0"), 1, false);
    Sender other = changed(sender, 100, false);
    float[] expected = stitched(sender, "layer1.0", Initialization.MEAN, raw);
    assertThat(difference(expected, stitched(other, "layer1.0", Initialization.MEAN, raw)))
        .isGreaterThan(1e-2);
  }

  @Test
  void mean_withoutSteps_isTheMeanOfTheExpectedMaps() throws IOException {
    StitchRecipe still = WHITENED.toBuilder().setLearningRate(0).setEpochs(1).build();
    float[] maps = stitched(sender("layer1.0"), "layer1.0", Initialization.MEAN, still);
    double[] mean = fittedMean(cells.receiver().train("layer2.0"));
    int positions = maps.length / Subject.TRAIN_EXAMPLES / mean.length;
    for (int i = 0; i < maps.length; i++) {
      double expected = mean[i / positions % mean.length];
      assertThat((double) maps[i]).isEqualTo(expected, within(1e-5 * (1 + Math.abs(expected))));
    }
  }

  @Test
  void whitening_ofASender_makesItsCovarianceTheIdentity() throws IOException {
    Sender sender = sender("layer1.0");
    CutPoint cut = new CutPoint("layer1.0", sender.shape());
    try (Lane lane = Lane.open();
        Whitening.Arrays whitened = Whitening.read(cut, sender.gram()).open(lane)) {
      Path changed =
          bench.representation(
              sender.shape(),
              whitened.apply(all(lane, sender.maps(), sender.shape())).toFloatArray());
      Path gram = gram(changed);
      double[] sums = MomentFile.read(Safetensors.read(gram), "gram");
      int k = sender.channels() + 1;
      double positions = sums[k * k - 1] + sums[2 * k * k - 1];
      for (int i = 0; i < k - 1; i++) {
        for (int j = 0; j < k; j++) {
          double moment = (sums[i * k + j] + sums[k * k + i * k + j]) / positions;
          assertThat(moment).as(i + ", " + j).isEqualTo(i == j ? 1 : 0, within(0.05));
        }
      }
    }
  }

  @Test
  void whitenAndUnwhiten_anyFamily_giveTheStitchBack() throws IOException {
    for (String from : List.of("stem", "layer1.0", "layer4.0")) {
      Sender sender = sender(from);
      CutPoint cut = new CutPoint(from, sender.shape());
      CutPoint to = new CutPoint("layer2.0", Cells.shape(cells.receiver().train("layer2.0")));
      Whitening whitening = Whitening.read(cut, sender.gram());
      try (Lane lane = Lane.open();
          FrozenStitch start = FrozenStitch.random(lane, Stitch.between(cut, to), 1);
          TrainableStitch learning = TrainableStitch.whitened(lane, start, whitening);
          FrozenStitch back = learning.frozen(lane)) {
        NDArray x = all(lane, sender.maps(), sender.shape());
        float[] expected = start.apply(x).toFloatArray();
        assertThat(difference(expected, learning.apply(x).toFloatArray())).isLessThan(1e-4);
        assertThat(difference(expected, back.apply(x).toFloatArray())).isLessThan(1e-4);
      }
    }
  }

  /** A representation of the train split with the Gram matrix of its channels. */
  private record Sender(Path maps, Path gram, List<Integer> shape) {
    int channels() {
      return shape.get(0);
    }
  }

  private Sender sender(String cut) throws IOException {
    Path maps = cells.sender().train(cut);
    return new Sender(maps, gram(maps), Cells.shape(maps));
  }

  private Path gram(Path maps) throws IOException {
    Cells of = new Cells(bench, Subject.at("any", maps), Subject.NONE);
    return bench
        .execute(new CollectGramExecutor(), of.gram("any", List.of(1, 1)))
        .resolve("moments");
  }

  /** Each channel times {@code factor}, the last first if {@code reversed}, with other labels. */
  private Sender changed(Sender sender, float factor, boolean reversed) throws IOException {
    float[] values = floats(sender.maps());
    float[] changed = new float[values.length];
    int positions = sender.shape().get(1) * sender.shape().get(2);
    int channels = sender.channels();
    for (int i = 0; i < values.length; i++) {
      int example = i / positions / channels;
      int channel = i / positions % channels;
      int of = reversed ? channels - 1 - channel : channel;
      int source = (example * channels + of) * positions + i % positions;
      changed[i] = values[source] * factor;
    }
    Path maps = bench.representation(sender.shape(), changed);
    return new Sender(maps, gram(maps), sender.shape());
  }

  private float[] stitched(Sender sender, String from, Initialization start) throws IOException {
    return stitched(sender, from, start, WHITENED);
  }

  /** What a stitch into layer2.0 makes of the sender's maps. */
  private float[] stitched(Sender sender, String from, Initialization start, StitchRecipe recipe)
      throws IOException {
    Path stitch = fit(sender, from, "layer2.0", start, recipe).resolve("stitch");
    CutPoint to = new CutPoint("layer2.0", Cells.shape(cells.receiver().train("layer2.0")));
    try (Lane lane = Lane.open();
        FrozenStitch fitted =
            FrozenStitch.load(lane, new CutPoint(from, sender.shape()), to, stitch)) {
      return fitted.apply(all(lane, sender.maps(), sender.shape())).toFloatArray();
    }
  }

  private Path fit(Sender sender, String from, String to, Initialization start, StitchRecipe recipe)
      throws IOException {
    CutPoint cut = new CutPoint(from, sender.shape());
    Path expected = cells.receiver().train(to);
    FitVanillaStitch parameters =
        FitVanillaStitch.newBuilder()
            .setSenderCut(from)
            .setReceiverCut(to)
            .setFamily(Stitch.between(cut, new CutPoint(to, Cells.shape(expected))).family().name())
            .setObjective("task")
            .setRecipe(recipe)
            .setInitialization(start)
            .setSeed(3)
            .build();
    return bench.execute(
        new FitVanillaStitchExecutor(),
        bench.stage(
            Action.newBuilder().setFitVanillaStitch(parameters),
            "sender",
            sender.maps(),
            "network",
            cells.receiver().network(),
            "start",
            cells.copy(from, sender.maps(), to, expected),
            "sender.gram",
            sender.gram(),
            "receiver.gram",
            gram(expected)));
  }

  private static NDArray all(Lane lane, Path representation, List<Integer> shape)
      throws IOException {
    float[] values = floats(representation);
    ByteBuffer bytes = Lane.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    int examples = values.length / shape.stream().reduce(1, Math::multiplyExact);
    return lane.create(bytes, ColumnTrainer.shape(examples, shape));
  }

  private static float[] floats(Path representation) throws IOException {
    try (TensorFile file = TensorFile.open(representation)) {
      int[] rows = IntStream.range(0, file.rows()).toArray();
      ByteBuffer bytes = Lane.allocate(rows.length * file.elementsPerRow() * Float.BYTES);
      file.gatherFloats(rows, 0, rows.length, bytes);
      FloatBuffer values = bytes.asFloatBuffer();
      float[] floats = new float[values.remaining()];
      values.get(floats);
      return floats;
    }
  }

  /** By channel, over the examples that stitches learn from. */
  private static double[] fittedMean(Path representation) throws IOException {
    float[] values = floats(representation);
    List<Integer> shape = Cells.shape(representation);
    int positions = shape.get(1) * shape.get(2);
    double[] mean = new double[shape.get(0)];
    int elements = positions * mean.length;
    int[] rows = Parts.fit(values.length / elements);
    for (int row : rows) {
      for (int i = 0; i < elements; i++) {
        mean[i / positions] += values[row * elements + i] / (double) positions / rows.length;
      }
    }
    return mean;
  }

  /** Root of the mean squared difference over that of the mean square. */
  private static double difference(float[] expected, float[] actual) {
    double squares = 0;
    double all = 0;
    for (int i = 0; i < expected.length; i++) {
      squares += Math.pow(expected[i] - (double) actual[i], 2);
      all += Math.pow(expected[i], 2);
    }
    return Math.sqrt(squares / all);
  }

  private static TrainingCurve curve(Path outputs) throws IOException {
    return TrainingCurve.parseFrom(Files.readAllBytes(outputs.resolve("training")));
  }
}
