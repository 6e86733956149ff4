package io.stitchflow.network;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.memo.Memo;
import io.stitchflow.store.Store;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A process whose lanes compute until something else ends it. */
final class LanesProcess {
  private static final PrintStream OUT = new PrintStream(System.out, true, UTF_8);

  private LanesProcess() {}

  /**
   * @param crashFile where the JVM writes if it crashes
   * @param arguments as for {@link #main}
   */
  static Process start(Path crashFile, String... arguments) throws IOException {
    ProcessBuilder process =
        new ProcessBuilder(
            "env",
            "--default-signal=INT", // ignored in a script's background job, and inherited
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + crashFile,
            "-Dai.djl.pytorch.num_threads=1",
            "-cp",
            System.getProperty("java.class.path"),
            LanesProcess.class.getName());
    process.command().addAll(List.of(arguments));
    return process.redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /**
   * Prints a line for each step of {@code train STORE SEED LANES}, as many networks as lanes; or
   * one before the call of {@code multiply}, which computes for minutes, and one after it.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("multiply")) {
      multiply(4_096);
      return;
    }
    Store store = Store.open(Path.of(arguments[1]));
    Memo memo = new Memo(store, Duration.ZERO);
    Memo.Request images = new Memo.Request(images(), 1, true, List.of());
    List<Output> splits =
        memo.get(List.of(images), new ImportDatasetExecutor(), store::open, share -> {})
            .get(0)
            .result()
            .getOutputList();
    for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
      Action.Builder training = training(Integer.parseInt(arguments[2]) + i);
      for (Output split : splits) {
        training.addInput(Input.newBuilder().setRole(split.getName()).setDigest(split.getDigest()));
      }
      Memo.Request network = new Memo.Request(training.build(), 1, true, List.of());
      new Thread(() -> train(memo, store, network), "lane " + i).start();
    }
  }

  private static void train(Memo memo, Store store, Memo.Request network) {
    String lane = Thread.currentThread().getName();
    try {
      memo.get(
          List.of(network), new TrainNetworkExecutor(), store::open, share -> OUT.println(lane));
      OUT.println(lane + " is done");
    } catch (IOException e) {
      OUT.println(lane + " failed: " + e);
    }
  }

  /** Of integers, for which libtorch has no fast product. */
  private static void multiply(int size) {
    try (Lane lane = Lane.open()) {
      NDArray x = lane.manager().ones(new Shape(size, size), DataType.INT64);
      OUT.println("multiplies");
      x.matMul(x);
      OUT.println("multiplied");
    }
  }

  private static Action images() {
    return Action.newBuilder()
        .setImportDataset(
            ImportDataset.newBuilder()
                .setSynthetic(
                    Synthetic.newBuilder()
                        .setTrainExamples(320)
                        .setTestExamples(32)
                        .setNoise(24)
                        .setSeed(1)))
        .build();
  }

  private static Action.Builder training(int seed) {
    return Action.newBuilder()
        .setTrainNetwork(
            TrainNetwork.newBuilder()
                .addAllBlocks(List.of(1, 1, 1, 1))
                .setWidth(64)
                .setRecipe(
                    TrainingRecipe.newBuilder()
                        .setEpochs(1_000)
                        .setBatchSize(32)
                        .setLearningRate(0.01))
                .setSeed(seed));
  }
}
