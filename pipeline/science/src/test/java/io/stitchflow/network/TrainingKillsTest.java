package io.stitchflow.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.Digest;
import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.MemoListener;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A network in training whose process is killed again and again, wherever it is. */
class TrainingKillsTest {
  private static final int KILLS = 3;
  private static final int EPOCHS = 12;
  private static final int STEPS_AN_EPOCH = 10;
  private static final int BATCH = 20;
  private static final int MOST_STEPS_A_LIFE = 25;
  private static final int LATEST_MICROS = 10_000;
  private static final double TRAINING_SHARE = 0.95;

  @TempDir Path directory;

  @Test
  @Timeout(600)
  void network_processKilledThreeTimes_givesTheBytesOfOneThatLivedAndRedoesAnEpochAtMost()
      throws Exception {
    long seed = 20261126;
    Random random = new Random(seed);
    String store = directory.resolve("store").toString();
    int done = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      String where = "seed " + seed + ", kill " + kill;
      int steps = 1 + random.nextInt(MOST_STEPS_A_LIFE);
      Process process = start(store);
      try (BufferedReader out = process.inputReader(UTF_8)) {
        allow(process, steps);
        int first = step(Objects.requireNonNull(out.readLine(), where));
        assertThat(done - (first - 1)).as(where).isBetween(0, STEPS_AN_EPOCH);
        int last = first;
        for (int i = 1; i < steps; i++) {
          last = step(Objects.requireNonNull(out.readLine(), where));
        }
        // not for anything to happen: any moment will do
        assertThat(process.waitFor(random.nextInt(LATEST_MICROS), TimeUnit.MICROSECONDS)).isFalse();
        // by its handle: the process itself would close what it has told and nobody has read yet
        assertThat(process.toHandle().destroyForcibly()).isTrue();
        process.waitFor();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          last = step(line);
        }
        done = last;
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    assertThat(done).as("steps before the last kill").isGreaterThan(STEPS_AN_EPOCH);
    List<String> resumed = finish(store);
    assertThat(done - (step(resumed.get(0)) - 1)).isBetween(0, STEPS_AN_EPOCH);
    List<String> undisturbed = finish(directory.resolve("undisturbed").toString());
    assertThat(step(undisturbed.get(0))).isEqualTo(1);
    assertThat(resumed.get(resumed.size() - 1))
        .startsWith("network")
        .isEqualTo(undisturbed.get(undisturbed.size() - 1));
  }

  /** Lines of a process that may run to its end. */
  private static List<String> finish(String store) throws Exception {
    Process process = start(store);
    try (BufferedReader out = process.inputReader(UTF_8)) {
      allow(process, 2 * EPOCHS * STEPS_AN_EPOCH);
      List<String> lines = out.lines().toList();
      assertThat(process.waitFor()).isZero();
      return lines;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static void allow(Process process, int steps) throws IOException {
    process.getOutputStream().write("\n".repeat(steps).getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** Number of the step, from 1, that has just been made. */
  private static int step(String share) {
    return (int) Math.round(Double.parseDouble(share) / TRAINING_SHARE * EPOCHS * STEPS_AN_EPOCH);
  }

  private static Process start(String store) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Dai.djl.pytorch.num_threads=1",
            "-cp",
            System.getProperty("java.class.path"),
            TrainingKillsTest.class.getName(),
            store)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /**
   * Trains a network through the memo in the store named, and prints the share done after each
   * step; goes on for each line that it reads. At the end, prints the outputs' names and digests.
   */
  public static void main(String[] arguments) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    Store store = Store.open(Path.of(arguments[0]));
    Memo memo = new Memo(store, Duration.ZERO);
    Memo.Request dataset = new Memo.Request(dataset(), 1, true, List.of());
    Memo.Answer images =
        memo.get(List.of(dataset), new ImportDatasetExecutor(), store::open, share -> {}).get(0);
    Action.Builder training = training();
    for (Output split : images.result().getOutputList()) {
      training.addInput(Input.newBuilder().setRole(split.getName()).setDigest(split.getDigest()));
    }
    MemoListener tell =
        share -> {
          out.println(share);
          try {
            if (in.readLine() == null) {
              throw new IllegalStateException("left alone");
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    Memo.Request network = new Memo.Request(training.build(), 1, true, List.of());
    Memo.Answer answer =
        memo.get(List.of(network), new TrainNetworkExecutor(), store::open, tell).get(0);
    List<String> outputs = new ArrayList<>();
    for (Output output : answer.result().getOutputList()) {
      outputs.add(output.getName() + " " + Digest.from(output.getDigest()));
    }
    out.println(String.join(", ", outputs));
  }

  private static Action dataset() {
    return Action.newBuilder()
        .setImportDataset(
            ImportDataset.newBuilder()
                .setSynthetic(
                    Synthetic.newBuilder()
                        .setTrainExamples(BATCH * STEPS_AN_EPOCH)
                        .setTestExamples(64)
                        .setNoise(24)
                        .setSeed(1)))
        .build();
  }

  private static Action.Builder training() {
    TrainingRecipe recipe =
        TrainingRecipe.newBuilder()
            .setEpochs(EPOCHS)
            .setBatchSize(BATCH)
            .setLearningRate(0.05)
            .setMomentum(0.9)
            .setWeightDecay(5e-4)
            .setWarmup(0.1)
            .setFlip(true)
            .setTranslate(2)
            .setCutout(4)
            .build();
    return Action.newBuilder()
        .setTrainNetwork(
            TrainNetwork.newBuilder()
                .addAllBlocks(List.of(1, 1, 1, 1))
                .setWidth(4)
                .setRecipe(recipe)
                .setSeed(1));
  }
}
