package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageRun;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.tensors.TensorFileWriter;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Predictions;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainNetworkExecutorTest {
  private static final List<String> OUTPUTS = List.of("network", "training", "predictions");

  @TempDir Path directory;

  @BeforeEach
  void writeDataset() throws IOException {
    write(directory.resolve("train"), 200, 1);
    write(directory.resolve("test"), 70, 2);
  }

  @Test
  void execute_separableImages_learnsAndEvaluatesWholeSplits() throws IOException {
    Path out = train(directory, action(12, 1), "learned");
    TrainingCurve curve = TrainingCurve.parseFrom(Files.readAllBytes(out.resolve("training")));
    assertThat(curve.getLossList()).hasSize(12);
    assertThat(curve.getLoss(11)).isLessThan(curve.getLoss(0));
    assertThat(curve.getTrain().getExamples()).isEqualTo(200);
    assertThat(curve.getTest().getExamples()).isEqualTo(70);
    assertThat(curve.getTest().getCorrect()).isGreaterThan(50);
    Predictions predictions = Predictions.parseFrom(Files.readAllBytes(out.resolve("predictions")));
    assertThat(predictions.getTrain().size()).isEqualTo(200);
    assertThat(predictions.getTest().size()).isEqualTo(70);
  }

  @Test
  void execute_patience_keepsTheEpochThatDidBestOnValidation() throws IOException {
    Files.copy(directory.resolve("test"), directory.resolve("validation"));
    Action.Builder action = action(16, 1).toBuilder();
    TrainingRecipe.Builder recipe = action.getTrainNetworkBuilder().getRecipeBuilder();
    recipe.setLearningRate(0.3);
    TrainingCurve unwatched = curve(train(directory, action.build(), "unwatched"));
    recipe.setPatience(2);
    TrainingCurve curve = curve(train(directory, action.build(), "patient"));
    List<Double> seen = curve.getValidationList();
    double lowest = Collections.min(seen);
    assertThat(curve.getTest().getCrossEntropy())
        .isEqualTo(lowest)
        .isLessThan(seen.get(seen.size() - 1));
    assertThat(seen).hasSize(seen.indexOf(lowest) + 1 + 2).hasSizeLessThan(16);
    assertThat(curve.getLossList()).isEqualTo(unwatched.getLossList().subList(0, seen.size()));
    assertThat(unwatched.getValidationList()).isEmpty();
  }

  private static TrainingCurve curve(Path outputs) throws IOException {
    return TrainingCurve.parseFrom(Files.readAllBytes(outputs.resolve("training")));
  }

  @Test
  void execute_zeroEpochs_isTheStartWithFreshStatistics() throws IOException {
    Path out = train(directory, action(0, 1), "random");
    SafetensorsFile network = Safetensors.read(out.resolve("network"));
    assertThat(network.metadata()).containsEntry("architecture", "ResNet(1,1,1,1)");
    ByteBuffer variance = network.get("layer3.0.bn2.running_var").data();
    while (variance.hasRemaining()) {
      assertThat(variance.getFloat()).isEqualTo(1);
    }
    TrainingCurve curve = TrainingCurve.parseFrom(Files.readAllBytes(out.resolve("training")));
    assertThat(curve.getLossList()).isEmpty();
    assertThat(curve.getTest().getExamples()).isEqualTo(70);
  }

  @Test
  void execute_imagesOfOneChannel_areTaken() throws IOException {
    Path grey = Files.createDirectory(directory.resolve("grey"));
    write(grey.resolve("train"), 20, new TreeMap<>(Map.of("classes", "10")), 1, 28);
    write(grey.resolve("test"), 20, new TreeMap<>(Map.of("classes", "10")), 1, 28);
    SafetensorsFile network = Safetensors.read(train(grey, action(1, 1), "out").resolve("network"));
    assertThat(network.shape("conv1.weight").subList(1, 4)).containsExactly(1, 3, 3);
  }

  @Test
  void execute_fileWithoutClasses_isRefused() throws IOException {
    Path unstated = Files.createDirectory(directory.resolve("unstated"));
    write(unstated.resolve("train"), 20, new TreeMap<>(), 3, 32);
    write(unstated.resolve("test"), 20, new TreeMap<>(), 3, 32);
    assertThatThrownBy(() -> train(unstated, action(1, 1), "out"))
        .hasMessageContaining("has no number of classes");
  }

  @Test
  void execute_imagesOfAnotherSizeAndSevenClasses_giveANetworkThatStatesBoth() throws IOException {
    Path small = Files.createDirectory(directory.resolve("small"));
    SortedMap<String, String> seven = new TreeMap<>(Map.of("classes", "7"));
    write(small.resolve("train"), 70, seven, 3, 16);
    write(small.resolve("test"), 20, seven, 3, 16);
    Path out = train(small, action(1, 1), "small-out");
    assertThat(Safetensors.read(out.resolve("network")).metadata())
        .containsEntry("image_shape", "3,16,16")
        .containsEntry("classes", "7");
    try (Lane lane = Lane.open();
        Network loaded = LayeredNetwork.load(lane, out.resolve("network"))) {
      assertThat(loaded.source().task()).isEqualTo(new ClassificationTask(List.of(3, 16, 16), 7));
      assertThat(loaded.source().cut("layer4.0").shape().subList(1, 3)).containsExactly(2, 2);
    }
  }

  @Test
  void execute_imagesOfCifarsShape_giveANetworkThatStatesNone() throws IOException {
    Path out = train(directory, action(1, 1), "unstated-shape");
    assertThat(Safetensors.read(out.resolve("network")).metadata())
        .doesNotContainKey("image_shape");
  }

  @Test
  void execute_hundredClasses_hasAsManyOutputsAndSaysSo() throws IOException {
    Path hundred = Files.createDirectory(directory.resolve("hundred"));
    write(hundred.resolve("train"), 200, 1, 100);
    write(hundred.resolve("test"), 70, 2, 100);
    Path out = train(hundred, action(1, 1), "classes");
    SafetensorsFile network = Safetensors.read(out.resolve("network"));
    assertThat(network.metadata()).containsEntry("classes", "100");
    assertThat(network.get("fc.weight").shape()).containsExactly(100, 32);
    assertThat(network.get("fc.bias").shape()).containsExactly(100);
    try (Lane lane = Lane.open();
        Network loaded = LayeredNetwork.load(lane, out.resolve("network"))) {
      assertThat(loaded.source().task().classes()).isEqualTo(100);
    }
    TrainingCurve curve = TrainingCurve.parseFrom(Files.readAllBytes(out.resolve("training")));
    // Nearly untrained: about ln 100 = 4.605
    assertThat(curve.getTest().getCrossEntropy()).isBetween(4., 6.5);
    Predictions predictions = Predictions.parseFrom(Files.readAllBytes(out.resolve("predictions")));
    assertThat(predictions.getTrain().size()).isEqualTo(200);
  }

  @Test
  void execute_anyNetwork_fileNamesArchitectureWidthAndClasses() throws IOException {
    Path out = train(directory, action(0, 1), "ten");
    assertThat(Safetensors.read(out.resolve("network")).metadata())
        .containsOnlyKeys("architecture", "width", "classes", "format", "kind");
  }

  @Test
  void execute_plainAndDescribedNetworks_learnToo() throws IOException {
    Action.Builder plain = action(12, 1).toBuilder();
    plain.getTrainNetworkBuilder().setPlain(true);
    Action.Builder described = action(12, 1).toBuilder();
    described
        .getTrainNetworkBuilder()
        .clearBlocks()
        .clearWidth()
        .addAllLayer(Layers.layers(Layers.VARIED));
    for (Action.Builder action : List.of(plain, described)) {
      Architecture architecture =
          Architecture.of(action.getTrainNetwork(), ClassificationTask.CIFAR10);
      Path out = train(directory, action.build(), architecture.name());
      TrainingCurve curve = TrainingCurve.parseFrom(Files.readAllBytes(out.resolve("training")));
      assertThat(curve.getTest().getCorrect()).as(architecture.name()).isGreaterThan(40);
      assertThat(digests(train(directory, action.build(), "again" + architecture.name())))
          .isEqualTo(digests(out));
    }
  }

  @Test
  void execute_importedStart_isEvaluatedAsItIs() throws IOException {
    Path trained = train(directory, action(2, 1), "trained");
    Files.copy(trained.resolve("network"), directory.resolve("start"));
    Action.Builder action = action(0, 0).toBuilder();
    action.addInput(Input.newBuilder().setRole("start"));
    Path out = train(directory, action.build(), "imported");
    assertThat(Digest.of(out.resolve("network"))).isEqualTo(Digest.of(trained.resolve("network")));
    assertThat(Digest.of(out.resolve("predictions")))
        .isEqualTo(Digest.of(trained.resolve("predictions")));
    action.getTrainNetworkBuilder().setWidth(8);
    assertThatThrownBy(() -> train(directory, action.build(), "other"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the imported network is ResNet(1,1,1,1)/4 for images [3, 32, 32] in 10 classes, not"
                + " ResNet(1,1,1,1)/8 for images [3, 32, 32] in 10 classes");
  }

  @Test
  void execute_seeds_decideTheBytes() throws IOException {
    assertThat(digests(train(directory, action(1, 1), "a")))
        .isNotEqualTo(digests(train(directory, action(1, 2), "b")));
  }

  @Test
  void execute_groupOfTwo_givesWhatEachGivesAlone() throws IOException {
    List<StageRun> runs = new ArrayList<>();
    runs.add(new Run(action(1, 1), directory, directory("first")));
    runs.add(new Run(action(0, 2), directory, directory("second")));
    List<Double> progress = new ArrayList<>();
    new TrainNetworkExecutor().execute(runs, progress::add);
    assertThat(digests(directory.resolve("first")))
        .isEqualTo(digests(train(directory, action(1, 1), "alone")));
    assertThat(digests(directory.resolve("second")))
        .isEqualTo(digests(train(directory, action(0, 2), "alone2")));
    assertThat(progress).isSorted().endsWith(1.);
  }

  @Test
  void execute_threeLanesAtOnce_giveTheSameBytes() throws Exception {
    Map<String, Digest> alone = digests(train(directory, action(2, 1), "alone"));
    ExecutorService lanes = Executors.newFixedThreadPool(3);
    try {
      List<Callable<Map<String, Digest>>> work = new ArrayList<>();
      for (String lane : List.of("lane1", "lane2", "lane3")) {
        work.add(() -> digests(train(directory, action(2, 1), lane)));
      }
      for (Future<Map<String, Digest>> digests : lanes.invokeAll(work)) {
        assertThat(digests.get()).isEqualTo(alone);
      }
    } finally {
      lanes.shutdownNow();
    }
  }

  @Test
  void execute_freshJvm_givesTheSameBytes() throws Exception {
    Map<String, Digest> here = digests(train(directory, action(2, 1), "here"));
    directory("there");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dai.djl.pytorch.num_threads=1",
                "-cp",
                System.getProperty("java.class.path"),
                TrainNetworkExecutorTest.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    assertThat(java.waitFor()).as(Files.readString(directory.resolve("log"))).isZero();
    assertThat(digests(directory.resolve("there"))).isEqualTo(here);
  }

  @Test
  void execute_batchLargerThanTheSplit_isRefusedWithTheValues() {
    assertThatThrownBy(
            () -> {
              Action.Builder action = action(1, 1).toBuilder();
              action.getTrainNetworkBuilder().getRecipeBuilder().setBatchSize(201);
              train(directory, action.build(), "refused");
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batch 201");
  }

  @Test
  void execute_learningRateTooHigh_saysWhereTrainingDiverged() {
    assertThatThrownBy(
            () -> {
              Action.Builder action = action(2, 1).toBuilder();
              action.getTrainNetworkBuilder().getRecipeBuilder().setLearningRate(1e30);
              train(directory, action.build(), "diverged");
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "training diverged in epoch 1 of 2: its mean loss is (NaN|Infinity), at learning_rate 1.0E30; choose a lower learning_rate");
  }

  /** Trains in a JVM of its own. */
  public static void main(String[] args) throws IOException {
    train(Path.of(args[0]), action(2, 1), "there");
  }

  private static Path train(Path directory, Action action, String name) throws IOException {
    Path out = Files.createDirectories(directory.resolve(name));
    new TrainNetworkExecutor().execute(List.of(new Run(action, directory, out)), share -> {});
    return out;
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectories(directory.resolve(name));
  }

  private static Action action(int epochs, long seed) {
    TrainingRecipe.Builder recipe = TrainingRecipe.newBuilder().setEpochs(epochs);
    if (epochs > 0) {
      recipe
          .setBatchSize(20)
          .setLearningRate(0.05)
          .setMomentum(0.9)
          .setWeightDecay(5e-4)
          .setWarmup(0.1)
          .setFlip(true)
          .setTranslate(2)
          .setCutout(4);
    }
    return Action.newBuilder()
        .setTrainNetwork(
            TrainNetwork.newBuilder()
                .addAllBlocks(List.of(1, 1, 1, 1))
                .setWidth(4)
                .setRecipe(recipe)
                .setSeed(seed))
        .build();
  }

  private static Map<String, Digest> digests(Path out) throws IOException {
    Map<String, Digest> digests = new TreeMap<>();
    for (String output : OUTPUTS) {
      digests.put(output, Digest.of(out.resolve(output)));
    }
    return digests;
  }

  /** Noise with a stripe whose place is the class: mirrored or shifted, it stays the same. */
  private static void write(Path file, int rows, long seed) throws IOException {
    write(file, rows, seed, 10);
  }

  private static void write(Path file, int rows, long seed, int classes) throws IOException {
    TreeMap<String, String> metadata = new TreeMap<>(Map.of("classes", String.valueOf(classes)));
    SplittableRandom random = new SplittableRandom(seed);
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            file,
            "image",
            List.of(3, 32, 32),
            List.of("C", "H", "W"),
            Element.UINT8,
            256,
            metadata)) {
      for (int row = 0; row < rows; row++) {
        int label = row % classes;
        ByteBuffer image = ByteBuffer.allocate(3 * 32 * 32);
        for (int i = 0; i < image.capacity(); i++) {
          boolean stripe = i / 32 % 32 / 3 == label % 10;
          image.put((byte) (random.nextInt(60) + (stripe ? 150 : 50)));
        }
        writer.write(image.flip(), label);
      }
    }
  }

  /** Black images of class 0. */
  private static void write(
      Path file, int rows, SortedMap<String, String> metadata, int channels, int size)
      throws IOException {
    List<Integer> shape = List.of(channels, size, size);
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            file, "image", shape, List.of("C", "H", "W"), Element.UINT8, 256, metadata)) {
      for (int row = 0; row < rows; row++) {
        writer.write(ByteBuffer.allocate(channels * size * size), 0);
      }
    }
  }

  private record Run(Action action, Path inputs, Path outputs) implements StageRun {
    @Override
    public Path input(String role) {
      return inputs.resolve(role);
    }

    @Override
    public Path output(String name) {
      return outputs.resolve(name);
    }
  }
}
