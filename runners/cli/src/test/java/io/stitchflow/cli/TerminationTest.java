package io.stitchflow.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs that are asked to end while lanes compute. That libtorch does not crash is tested many times
 * over, and without the command line, in the experiment's tests.
 */
final class TerminationTest {
  private static final int LANES = 2;
  private static final int LATEST_MICROS = 1_500_000;
  private static final String TRAINING = "networks: " + LANES + " to run";
  private static final String STOPPED =
      "stitchflow: stopped after \\d+ of \\d+ stages, all kept; run the same command to go on";

  @TempDir private Path directory;
  private int networks;

  @Test
  @Timeout(900)
  void run_terminatedAndInterruptedDuringTraining_saysWhatIsKeptAndContinues() throws Exception {
    long seed = 20261128;
    Random random = new Random(seed);
    for (int i = 0; i < 2; i++) {
      boolean terminate = i == 0;
      String where = "seed " + seed + ", process " + i;
      Process process = start(newNetworks(64, 100));
      List<String> said = new ArrayList<>();
      try (BufferedReader err = process.errorReader(UTF_8)) {
        for (String line = err.readLine(); line != null; line = err.readLine()) {
          said.add(line);
          if (line.equals(TRAINING)) {
            break;
          }
        }
        // not for anything to happen: any moment will do
        assertThat(process.waitFor(random.nextInt(LATEST_MICROS), TimeUnit.MICROSECONDS))
            .as("%s ended by itself: %s", where, said)
            .isFalse();
        kill(process, terminate ? "TERM" : "INT");
        said.addAll(err.lines().toList());
        assertThat(process.waitFor()).as("%s: %s", where, said).isEqualTo(terminate ? 143 : 130);
      } finally {
        process.destroyForcibly().waitFor();
      }
      // a step of libtorch may outlast the patience, as on a busy machine
      said.removeIf(
          line -> line.startsWith("stitchflow: waiting for libtorch to finish a step of "));
      assertThat(said.get(said.size() - 1)).matches(STOPPED);
      assertThat(said)
          .as(where)
          .allMatch(line -> line.matches(STOPPED + "|\\d+ of .*|[a-z ]+: .*"));
      assertThat(crashFile()).as(where).doesNotExist();
    }
    Process last = start(newNetworks(4, 1));
    try (BufferedReader err = last.errorReader(UTF_8)) {
      List<String> said = err.lines().toList();
      assertThat(last.waitFor()).as("%s", said).isZero();
      assertThat(said).contains(TRAINING).noneMatch(line -> line.startsWith("data sets"));
    } finally {
      last.destroyForcibly().waitFor();
    }
  }

  /** An experiment with networks that the store does not have, over the same images. */
  private Path newNetworks(int width, int epochs) throws IOException {
    StringBuilder text =
        new StringBuilder(
            "name: \"wide\" dataset { synthetic { train_examples: 64 test_examples: 32 } }\n");
    for (int i = 0; i < LANES; i++) {
      text.append(
          "network { name: \"n%d\" architecture: \"ResNet(1,1,1,1)\" width: %d seed: %d recipe { epochs: %d batch_size: 32 } }\n"
              .formatted(i, width, ++networks, epochs));
    }
    text.append("pair { sender: \"n0\" receiver: \"n1\" }\n");
    text.append(
        "condition: [TRAINED_TRAINED] metric: [\"accuracy\", \"mse\"] cut: \"stem\" vanilla { recipe { epochs: 1 } }\n");
    return Files.writeString(directory.resolve("wide.textproto"), text);
  }

  private Path crashFile() {
    return directory.resolve("crash.log");
  }

  private Process start(Path experiment) throws IOException {
    return new ProcessBuilder(
            "env",
            "--default-signal=INT", // ignored in a script's background job, and inherited
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:ActiveProcessorCount=" + LANES,
            "-XX:ErrorFile=" + crashFile(),
            "-Dai.djl.pytorch.num_threads=1",
            "-cp",
            System.getProperty("java.class.path"),
            Stitchflow.class.getName(),
            "run",
            experiment.toString(),
            "--store",
            directory.resolve("store").toString(),
            "--out",
            directory.resolve("out").toString())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void kill(Process process, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
