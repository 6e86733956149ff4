package io.stitchflow.store;

import static io.stitchflow.store.StoreFiles.files;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.Processes;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StoreProcess;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store under several processes, and under those that are killed. */
@Timeout(120)
class StoreProcessesTest {
  private static final int KILLS = 5;
  private static final int MOST_PUBLISHED = 12;
  private static final int WRITERS = 8;
  private static final int OWN_ACTIONS = 1_000_000;

  @TempDir Path temporary;
  @AutoClose private final Processes processes = new Processes();

  @Test
  void publisher_killed_leavesNothingTorn() throws Exception {
    long seed = 20261105;
    Random random = new Random(seed);
    Path root = temporary.resolve("store");
    int published = 0;
    for (int round = 0; round < KILLS; round++) {
      Process publisher = start("publish", root.toString(), Long.toString(random.nextLong()));
      BufferedReader out = publisher.inputReader(UTF_8);
      int last = 0;
      for (int lines = 1 + random.nextInt(MOST_PUBLISHED); lines > 0; lines--) {
        last = Integer.parseInt(out.readLine());
      }
      publisher.destroyForcibly().waitFor(); // SIGKILL, wherever it is by now
      published = Math.max(published, last + 1);

      assertSound(Store.open(root), published);
    }
    Memo memo = new Memo(Store.open(root));
    assertThat(memo.find(ActionKeys.key(Actions.action(0)))).isNotNull();
  }

  /** Everything that was reported done is there; every file under a final name is whole. */
  private static void assertSound(Store store, int published) throws IOException {
    List<Path> blobs = files(store, Folder.CAS);
    assertThat(blobs).hasSizeGreaterThanOrEqualTo(published);
    for (Path blob : blobs) {
      assertThat(Digest.of(blob).hex()).isEqualTo(blob.getFileName().toString());
    }
    for (Path action : files(store, Folder.ACTION)) {
      assertThat(Digest.of(action).hex()).isEqualTo(action.getFileName().toString());
    }
    ActionCache cache = new ActionCache(store);
    List<Path> records = files(store, Folder.AC);
    assertThat(records).hasSizeGreaterThanOrEqualTo(published);
    for (Path record : records) {
      Digest key = new Digest(record.getFileName().toString());
      ActionResult result = Objects.requireNonNull(cache.find(key));
      for (Output output : result.getOutputList()) {
        store.open(Digest.from(output.getDigest()));
      }
      assertThat(cache.actions().find(key)).isNotNull();
    }
    assertThat(files(store, Folder.QUARANTINE)).isEmpty();
  }

  @Test
  void index_eightProcessesWriteCompactAndAreKilled_knowsAllThatWasReported() throws Exception {
    long seed = 20261125;
    Random random = new Random(seed);
    Path root = temporary.resolve("store");
    List<Process> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(start("index", root.toString(), Integer.toString(i * OWN_ACTIONS)));
    }
    Set<Digest> reported = new HashSet<>();
    List<Integer> order = new ArrayList<>(IntStream.range(0, WRITERS).boxed().toList());
    Collections.shuffle(order, random);
    for (int i : order) {
      for (int lines = 1 + random.nextInt(MOST_PUBLISHED); lines > 0; lines--) {
        reported.add(key(writers.get(i).inputReader(UTF_8).readLine()));
      }
      writers.get(i).destroyForcibly().waitFor(); // SIGKILL, wherever it is by now
    }
    Store store = Store.open(root);
    ActionCache cache = new ActionCache(store);

    IndexEntries entries = new RecordIndex(store.directory()).read().entries();
    assertThat(entries.keys()).as("seed %s", seed).containsAll(reported);
    assertThat(cache.keys()).containsAll(reported);
    try (Records records = cache.snapshot()) {
      assertThat(cache.keys())
          .allSatisfy(key -> assertThat(records.find(key)).isNotNull().isEqualTo(cache.find(key)));
    }
    cache.snapshot().compact();
    assertThat(new RecordIndex(store.directory()).read().files()).hasSize(1);
    assertThat(new RecordIndex(store.directory()).read().entries().keys()).containsAll(reported);
  }

  private static Digest key(String version) {
    return ActionKeys.key(Actions.action(Integer.parseInt(version)));
  }

  @Test
  void compute_fourProcessesAtOnce_eachActionRunsOnceAndAllAgree() throws Exception {
    Path ran = temporary.resolve("ran");
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      started.add(start("compute", temporary.resolve("store").toString(), ran.toString()));
    }

    List<List<String>> results = Processes.race(started);

    assertThat(results.get(0)).hasSize(StoreProcess.ACTIONS);
    assertThat(results).allSatisfy(result -> assertThat(result).isEqualTo(results.get(0)));
    assertThat(Files.readAllLines(ran)).hasSize(StoreProcess.ACTIONS).doesNotHaveDuplicates();
    assertThat(files(Store.open(temporary.resolve("store")), Folder.NONDETERMINISM)).isEmpty();
  }

  @Test
  void get_otherProcessKilledWhileComputing_waitsAndThenRuns() throws Exception {
    Path root = temporary.resolve("store");
    Process other = start("hang", root.toString());
    assertThat(other.inputReader(UTF_8).readLine()).isEqualTo("computing");
    Store store = Store.open(root);
    // Not whether it is alive: the kernel frees a dying process's locks before it is gone
    AtomicBoolean killed = new AtomicBoolean();
    StageExecutor executor =
        (runs, progress) -> {
          assertThat(killed).isTrue();
          Files.writeString(runs.get(0).output("moments"), "whole");
        };
    AtomicReference<Thread> waiter = new AtomicReference<>();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<List<Memo.Answer>> answer =
          thread.submit(
              () -> {
                waiter.set(Thread.currentThread());
                return new Memo(store)
                    .get(List.of(StoreProcess.request(0)), executor, store::open, share -> {});
              });
      while (!answer.isDone()
          && (waiter.get() == null || waiter.get().getState() != Thread.State.TIMED_WAITING)) {
        Thread.onSpinWait();
      }
      assertThat(answer).isNotDone();

      killed.set(true);
      other.destroyForcibly();

      assertThat(answer.get().get(0).outcome()).isEqualTo(Outcome.RAN);
      assertThat(store.open(Actions.only(answer.get().get(0).result()))).hasContent("whole");
    } finally {
      thread.shutdownNow();
    }
  }

  private Process start(String... arguments) throws IOException {
    return processes.start(StoreProcess.class, arguments);
  }
}
