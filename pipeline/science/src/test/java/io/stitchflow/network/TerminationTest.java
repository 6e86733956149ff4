package io.stitchflow.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are asked to end while libtorch computes in their lanes. */
class TerminationTest {
  private static final int LANES = 2;
  private static final int LATEST_MICROS = 1_500_000;

  @TempDir Path directory;

  @Test
  @Timeout(1_200)
  void process_terminatedTenTimesInTraining_endsByTheSignalWithoutACrash() throws Exception {
    endsWithoutACrash(10, 20261128);
  }

  @Tag("nightly")
  @Test
  @Timeout(10_000)
  void process_terminatedAHundredTimesInTraining_endsByTheSignalWithoutACrash() throws Exception {
    endsWithoutACrash(100, 20261129);
  }

  @Test
  @Timeout(600)
  void process_terminatedInACallOfMinutes_endsBeforeTheCallReturns() throws Exception {
    Process process = LanesProcess.start(crashFile(), "multiply");
    try (BufferedReader out = process.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("multiplies");
      kill(process, "TERM");
      assertThat(out.lines()).isEmpty();
      assertThat(process.waitFor()).isEqualTo(143);
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(crashFile()).doesNotExist();
  }

  private void endsWithoutACrash(int times, long seed) throws Exception {
    Random random = new Random(seed);
    String store = directory.resolve("store").toString();
    for (int i = 0; i < times; i++) {
      String where = "seed " + seed + ", process " + i;
      boolean terminate = i % 2 == 0;
      Process process =
          LanesProcess.start(
              crashFile(), "train", store, Integer.toString(LANES * i), Integer.toString(LANES));
      List<String> said = new ArrayList<>();
      try (BufferedReader out = process.inputReader(UTF_8)) {
        Set<String> lanes = new HashSet<>();
        while (lanes.size() < LANES) {
          String line = out.readLine();
          assertThat(line).as("%s: %s", where, said).startsWith("lane ");
          said.add(line);
          lanes.add(line);
        }
        // not for anything to happen: any moment will do
        assertThat(process.waitFor(random.nextInt(LATEST_MICROS), TimeUnit.MICROSECONDS))
            .as("%s ended by itself: %s", where, said)
            .isFalse();
        kill(process, terminate ? "TERM" : "INT");
        said.addAll(out.lines().toList());
        // 143 after either where a call outlasts the wait, as on a busy machine
        assertThat(process.waitFor()).as("%s: %s", where, said).isIn(143, terminate ? 143 : 130);
      } finally {
        process.destroyForcibly().waitFor();
      }
      assertThat(said).as(where).allMatch(line -> line.matches("lane \\d+"));
      assertThat(crashFile()).as(where).doesNotExist();
    }
  }

  private Path crashFile() {
    return directory.resolve("crash.log");
  }

  private static void kill(Process process, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
