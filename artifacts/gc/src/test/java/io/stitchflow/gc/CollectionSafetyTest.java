package io.stitchflow.gc;

import static io.stitchflow.gc.AgedStore.OLD;
import static io.stitchflow.gc.AgedStore.age;
import static io.stitchflow.gc.AgedStore.atMost;
import static io.stitchflow.gc.AgedStore.dataset;
import static io.stitchflow.gc.AgedStore.everything;
import static io.stitchflow.gc.AgedStore.network;
import static io.stitchflow.gc.AgedStore.representation;
import static io.stitchflow.gc.AgedStore.stitch;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileAge;
import io.stitchflow.content.FileState;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StoreException;
import io.stitchflow.gc.AgedStore.Made;
import io.stitchflow.gc.Sweep.Step;
import io.stitchflow.memo.StoreProcess;
import io.stitchflow.store.Actions;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.TrashFolder;
import io.stitchflow.v1.ActionResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Collections beside readers and writers, and collections that fail at any step. */
@Timeout(120)
class CollectionSafetyTest {
  @TempDir Path temporary;
  private AgedStore aged;
  private Made dataset;
  private Made network;
  private Made representation;
  private Made stitch;
  private Made other;

  @BeforeEach
  void computeChain() throws IOException {
    computeChain("store");
  }

  @Test
  void collect_publishedOnceSelected_staysWithAllItsInputs() throws Exception {
    publishedAt(Step.SELECTED, aged.store.root());

    assertThat(List.of(dataset, network)).allMatch(aged::isWhole);
  }

  @Test
  void collect_publishedOnceRecordsMoved_staysWithAllItsInputs() throws Exception {
    publishedAt(Step.RECORDS_MOVED, aged.store.root());

    assertThat(List.of(dataset, network)).allMatch(aged::isWhole);
  }

  @Test
  void collect_publishedWhenItsRecordIsAboutToGo_stays() throws Exception {
    publishedAt(Step.MOVING, aged.record(other));
  }

  @Test
  void collect_publishedWhenItsRecordWasJustDeleted_stays() throws Exception {
    publishedAt(Step.MOVED, aged.record(other));
  }

  @Test
  void collect_publishedWhenItsBlobIsAboutToGo_stays() throws Exception {
    publishedAt(Step.MOVING, aged.blob(other));
  }

  @Test
  void collect_publishedWhenItsBlobWasJustDeleted_stays() throws Exception {
    publishedAt(Step.MOVED, aged.blob(other));
  }

  @Test
  void collect_publishedWhenItsActionWasJustDeleted_stays() throws Exception {
    publishedAt(Step.MOVED, aged.action(other));
  }

  /**
   * While the collector stands there: the same result again under its old key, an old blob as the
   * result of a new action, a record computed from an old one, and a reader of an old blob.
   */
  private void publishedAt(Step step, Path path) throws Exception {
    List<Path> opened = new ArrayList<>();
    List<Made> published = new ArrayList<>();
    interleave(
        step,
        path,
        () -> {
          AgedStore process = new AgedStore(aged.store.root()); // has hashed nothing yet
          published.add(process.make(network(2), "other weights", 71, dataset));
          published.add(process.make(stitch(7), "stitch", 8));
          published.add(process.make(representation("layer2.0"), "new", 1, network));
          try {
            opened.add(process.store.open(representation.blob())); // by nobody but this reader
          } catch (MissingBlobException e) {
            assertThat(aged.blob(representation)).doesNotExist(); // gone before: a miss, no loss
          }
        });

    assertThat(published).hasSize(3).allMatch(aged::isWhole);
    for (Path file : opened) {
      assertThat(Digest.of(file).hex()).isEqualTo(file.getFileName().toString());
    }
    assertThat(aged.faults()).isEmpty();
  }

  @Test
  void collect_pinnedMeanwhile_keepsWhatThePinKeeps() throws Exception {
    Pins pins = new Pins(aged.store);
    interleave(
        Step.SELECTED,
        aged.store.root(),
        () ->
            // a person who pins has to wait for the collection; a pin that was there counts
            assertThatThrownBy(() -> pins.pin("paper", List.of(stitch.key())))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("another gc, pin or unpin is running in this store"));
    assertThat(aged.isGone(stitch)).isTrue();
  }

  @Test
  void collect_runEndsMeanwhile_itsResultsStay() throws Exception {
    Set<Digest> recent = new HashSet<>();
    GarbageCollector collector =
        aged.collector(
            (step, path) -> {
              if (step == Step.RECORDS_MOVED) {
                recent.add(stitch.key());
              }
            });

    CollectionResult collected =
        collector.collect(
            new GarbageCollector.Request(
                OLD, GarbageCollector.GRACE, Long.MAX_VALUE, () -> Set.copyOf(recent)));

    assertThat(List.of(dataset, network, representation, stitch)).allMatch(aged::isWhole);
    assertThat(aged.isGone(other)).isTrue();
    assertThat(collected.going()).hasSize(3);
  }

  @Test
  void collect_overSize_blobReadMeanwhile_stays() throws Exception {
    interleave(
        Step.MOVING,
        aged.blob(representation),
        atMost(0, stitch.key()),
        () -> new AgedStore(aged.store.root()).store.open(representation.blob()));

    assertThat(aged.isWhole(representation)).isTrue();
    assertThat(aged.blob(network)).doesNotExist();
  }

  @Test
  void collect_endsBetweenMovingAndLooking_theNextGivesBackWhatWasInUse() throws Exception {
    GarbageCollector killed =
        aged.collector(
            (step, path) -> {
              if (step == Step.MOVING && path.equals(aged.blob(stitch))) {
                aged.store.open(stitch.blob());
              }
              if (step == Step.MOVED && path.equals(aged.blob(stitch))) {
                throw new IOException("killed");
              }
            });
    assertThatThrownBy(() -> killed.collect(everything())).hasMessage("killed");
    assertThat(aged.blob(stitch)).doesNotExist();

    aged.collector().collect(everything());

    assertThat(aged.store.open(stitch.blob())).hasContent("stitch");
  }

  @Test
  void collect_failsAtAnyStep_leavesASoundStoreThatCanBeUndoneAndCollected() throws Exception {
    int steps = countSteps();
    assertThat(steps).isGreaterThan(30);
    for (int failing = 0; failing < steps; failing++) {
      computeChainAndLeftover("store" + failing);
      Map<String, String> before = aged.content();
      int last = failing;
      int[] count = new int[1];
      GarbageCollector failingCollector =
          aged.collector(
              (step, path) -> {
                if (count[0]++ == last) {
                  throw new IOException("step " + last);
                }
              });

      assertThatThrownBy(() -> failingCollector.collect(everything()))
          .isInstanceOf(IOException.class)
          .hasMessage("step " + last);

      assertThat(aged.faults()).as("after step %s", last).isEmpty();
      assertThat(files(aged.store, Folder.TMP)).hasSizeLessThanOrEqualTo(1);
      aged.collector().undo();
      Map<String, String> undone = aged.content();
      undone.keySet().removeIf(path -> path.startsWith("tmp/"));
      before.keySet().removeIf(path -> path.startsWith("tmp/"));
      assertThat(undone).as("after step %s", last).isEqualTo(before);
      aged.collector().collect(everything());
      assertThat(List.of(dataset, network, representation, stitch, other)).allMatch(aged::isGone);
    }
  }

  private int countSteps() throws IOException {
    computeChainAndLeftover("counted");
    int[] count = new int[1];
    aged.collector((step, path) -> count[0]++).collect(everything());
    return count[0];
  }

  private void computeChainAndLeftover(String name) throws IOException {
    computeChain(name);
    age(Files.writeString(aged.store.newTemporary().resolveSibling("123456789012-x"), "left"), OLD);
  }

  private void computeChain(String name) throws IOException {
    aged = new AgedStore(temporary.resolve(name));
    dataset = aged.make(dataset(), "images", 2);
    network = aged.make(network(1), "weights", 100, dataset);
    representation = aged.make(representation("stem"), "r".repeat(1000), 3, network);
    stitch = aged.make(stitch(1), "stitch", 20, representation);
    other = aged.make(network(2), "other weights", 70, dataset);
    aged.age(OLD);
  }

  @Test
  void undo_failsHalfWay_canBeDoneAgain() throws IOException {
    Map<String, String> before = aged.content();
    aged.collector().collect(everything());
    // what a killed undo leaves: some files back, the rest and the manifest still in the trash
    List<TrashFolder> all = TrashFolder.all(aged.store.directory());
    all.get(0).giveBack(aged.blob(dataset));
    all.get(0).giveBack(aged.record(network));

    UndoResult restored = Objects.requireNonNull(aged.collector().undo());

    assertThat(aged.content()).isEqualTo(before);
    assertThat(restored.lost()).isEmpty();
  }

  @Test
  void publish_blobInTheTrash_isGivenBackAndYoung() throws IOException {
    aged.collector().collect(everything());
    assertThat(aged.blob(other)).doesNotExist();

    ActionResult standing = aged.cache.publish(other.key(), other.action(), other.result());

    assertThat(standing).isEqualTo(other.result());
    assertThat(aged.isWhole(other)).isTrue();
    assertThat(FileState.of(aged.blob(other)).isYoungerThan(Instant.now().minus(FileAge.FRESH)))
        .isTrue();
  }

  @Test
  void publish_severalWhoseBlobIsInTheTrash_allSucceed() throws Exception {
    List<Made> made = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      made.add(aged.make(network(100 + i), "network " + i, 1));
    }
    aged.age(OLD);
    aged.collector().collect(everything());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Made each : made) {
        List<Callable<ActionResult>> publishing =
            Collections.nCopies(
                4, () -> aged.cache.publish(each.key(), each.action(), each.result()));
        for (Future<ActionResult> published : threads.invokeAll(publishing)) {
          assertThat(published.get()).isEqualTo(each.result());
        }
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(made).allMatch(aged::isWhole);
  }

  @Test
  void put_blobThatIsThere_makesItYoung() throws IOException {
    for (boolean asFile : new boolean[] {true, false}) {
      age(aged.blob(other), OLD);
      if (asFile) {
        Path file = aged.store.newTemporary();
        Files.writeString(file, "other weights");
        aged.store.put(file);
      } else {
        aged.store.put(bytes("other weights"));
      }
      FileState now = FileState.of(aged.blob(other));
      assertThat(now.isYoungerThan(Instant.now().minus(FileAge.FRESH))).isTrue();
    }
  }

  @Test
  void collect_overAndOverBesideAPublishingProcess_losesNothingItAcknowledged() throws Exception {
    long seed = 20261125;
    // the process will put these very blobs, which are old and nobody's
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      byte[] content = new byte[random.nextInt(StoreProcess.LARGEST_BLOB_BYTES)];
      random.nextBytes(content);
      age(StoreFiles.blob(aged.store, aged.store.put(content)), OLD);
    }
    Process publisher =
        StoreProcess.start("publish", aged.store.root().toString(), Long.toString(seed));
    List<Integer> acknowledged = new ArrayList<>();
    try {
      BufferedReader out = publisher.inputReader(UTF_8);
      for (int round = 0; round < 25; round++) {
        acknowledged.add(Integer.parseInt(out.readLine()));
        aged.collector().collect(everything());
      }
    } finally {
      publisher.destroyForcibly().waitFor();
    }

    for (int version : acknowledged) {
      ActionResult result = aged.cache.find(ActionKeys.key(Actions.action(version)));
      assertThat(result).as("acknowledged action %s", version).isNotNull();
      aged.store.open(Actions.only(Objects.requireNonNull(result)));
    }
  }

  private interface Deed {
    void run() throws Exception;
  }

  private void interleave(Step step, Path path, Deed deed) throws Exception {
    interleave(step, path, everything(), deed);
  }

  /** Does it in this thread while the collector, in another, stands at that step of that file. */
  private void interleave(Step step, Path path, GarbageCollector.Request request, Deed deed)
      throws Exception {
    CountDownLatch there = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    GarbageCollector collector =
        aged.collector(
            (at, file) -> {
              if (at == step && file.equals(path)) {
                there.countDown();
                try {
                  goOn.await();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
              }
            });
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<CollectionResult> collected = thread.submit(() -> collector.collect(request));
      while (there.getCount() > 0 && !collected.isDone()) {
        Thread.onSpinWait();
      }
      assertThat(collected.isDone()).as("passed %s of %s", step, path).isFalse();
      deed.run();
      goOn.countDown();
      collected.get();
    } finally {
      goOn.countDown();
      thread.shutdownNow();
    }
  }
}
