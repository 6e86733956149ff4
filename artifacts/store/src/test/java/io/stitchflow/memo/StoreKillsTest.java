package io.stitchflow.memo;

import static io.stitchflow.store.StoreFiles.files;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.Digest;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that compute the same chains in one store, and are killed wherever they are. */
class StoreKillsTest {
  private static final int AT_ONCE = 3;
  private static final int KILLS_PER_STORE = 25;
  private static final int MOST_CHAINS = 1_000_000;
  private static final int LATEST_LINE = 12;
  private static final int LATEST_MICROS = 20_000;

  private final List<Worker> workers = new ArrayList<>();

  private record Worker(Process process, BufferedReader out, List<String> computed) {
    /** Waits until it has started, or has computed something. */
    void read() throws IOException {
      add(Objects.requireNonNull(out.readLine(), "ended by itself"));
    }

    void readAll() {
      out.lines().forEach(this::add);
    }

    private void add(String line) {
      if (!line.equals("ready")) {
        computed.add(line);
      }
    }
  }

  @Test
  @Timeout(600)
  void chains_workersKilledFiftyTimes_giveWhatAnUndisturbedRunGives() throws Exception {
    killInTheMiddle(50, 20261125);
  }

  @Tag("nightly")
  @Test
  @Timeout(7200)
  void chains_workersKilledAThousandTimes_giveWhatAnUndisturbedRunGives() throws Exception {
    killInTheMiddle(1000, 20261126);
  }

  private void killInTheMiddle(int kills, long seed) throws Exception {
    Random random = new Random(seed);
    for (int killed = 0; killed < kills; killed += KILLS_PER_STORE) {
      Path root = StoreFiles.fastDirectory();
      try {
        killInOneStore(root.resolve("store"), random, "seed " + seed + ", kill " + killed + " on");
      } finally {
        for (Worker worker : workers) {
          worker.process.destroyForcibly().waitFor();
        }
        StoreFiles.deleteAll(root);
      }
    }
  }

  private void killInOneStore(Path root, Random random, String where) throws Exception {
    int chain = 0;
    for (int i = 0; i < AT_ONCE; i++) {
      start(root, 0);
    }
    List<String> computed = new ArrayList<>();
    for (int kill = 0; kill < KILLS_PER_STORE; kill++) {
      Worker victim = workers.remove(random.nextInt(workers.size()));
      for (int lines = random.nextInt(LATEST_LINE); lines > 0; lines--) {
        victim.read();
      }
      // not for anything to happen: any moment will do
      assertThat(victim.process.waitFor(random.nextInt(LATEST_MICROS), TimeUnit.MICROSECONDS))
          .isFalse();
      victim.process.destroyForcibly().waitFor();
      computed.addAll(victim.computed);
      chain = Math.max(chain, lastChain(computed));
      start(root, chain);
    }
    for (Worker worker : workers) {
      OutputStream in = worker.process.getOutputStream();
      in.write("enough\n".getBytes(UTF_8));
      in.flush();
    }
    for (Worker worker : workers) {
      worker.readAll();
      assertThat(worker.process.waitFor()).as(where).isZero();
      computed.addAll(worker.computed);
    }
    workers.clear();
    assertSound(Store.open(root), computed, where);
    for (int i = 0; i <= lastChain(computed); i++) {
      assertThat(ChainProcess.run(Store.open(root), i, ran -> {}))
          .as("%s, chain %s", where, i)
          .isEqualTo(ChainProcess.expected(i));
    }
  }

  /** What was told is there; every file under a final name is whole; nothing was found damaged. */
  private static void assertSound(Store store, List<String> computed, String where)
      throws IOException {
    for (Folder folder : List.of(Folder.CAS, Folder.ACTION)) {
      for (Path file : files(store, folder)) {
        assertThat(Digest.of(file).hex()).as(where).isEqualTo(file.getFileName().toString());
      }
    }
    Memo memo = new Memo(store);
    for (Path record : files(store, Folder.AC)) {
      Digest key = new Digest(record.getFileName().toString());
      assertThat(memo.verified(Objects.requireNonNull(memo.find(key), where))).as(where).isTrue();
    }
    for (String line : computed) {
      assertThat(memo.find(new Digest(line.substring(line.lastIndexOf(' ') + 1))))
          .as(where)
          .isNotNull();
    }
    assertThat(files(store, Folder.QUARANTINE)).as(where).isEmpty();
    assertThat(files(store, Folder.NONDETERMINISM)).as(where).isEmpty();
  }

  private static int lastChain(List<String> computed) {
    return computed.stream()
        .mapToInt(line -> Integer.parseInt(line.substring(0, line.indexOf(' '))))
        .max()
        .orElse(0);
  }

  private void start(Path root, int chain) throws IOException {
    Process process =
        StoreProcess.start(
            ChainProcess.class,
            root.toString(),
            Integer.toString(chain),
            Integer.toString(MOST_CHAINS));
    Worker worker = new Worker(process, process.inputReader(UTF_8), new ArrayList<>());
    workers.add(worker);
    Processes.go(process);
  }
}
