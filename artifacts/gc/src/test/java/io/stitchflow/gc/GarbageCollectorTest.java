package io.stitchflow.gc;

import static io.stitchflow.gc.AgedStore.OLD;
import static io.stitchflow.gc.AgedStore.age;
import static io.stitchflow.gc.AgedStore.atMost;
import static io.stitchflow.gc.AgedStore.dataset;
import static io.stitchflow.gc.AgedStore.everything;
import static io.stitchflow.gc.AgedStore.network;
import static io.stitchflow.gc.AgedStore.reading;
import static io.stitchflow.gc.AgedStore.report;
import static io.stitchflow.gc.AgedStore.representation;
import static io.stitchflow.gc.AgedStore.stitch;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.flipBit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StoreException;
import io.stitchflow.gc.AgedStore.Made;
import io.stitchflow.gc.CollectedItem.Kind;
import io.stitchflow.gc.CollectedItem.Reason;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.OpenedFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Outcome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collection takes, in what order, and what it never takes. */
class GarbageCollectorTest {
  @TempDir Path temporary;
  private AgedStore aged;
  private Made dataset;
  private Made network;
  private Made representation;
  private Made stitch;

  @BeforeEach
  void computeChain() throws IOException {
    aged = new AgedStore(temporary.resolve("store"));
    dataset = aged.make(dataset(), "images", 2);
    network = aged.make(network(1), "weights", 100, dataset);
    representation = aged.make(representation("stem"), "r".repeat(1000), 3, network, dataset);
    stitch = aged.make(stitch(1), "stitch", 20, representation, network);
    aged.age(OLD);
  }

  @Test
  void collect_nothingKept_takesAllAndTellsWhatItWas() throws IOException {
    CollectionResult collected = aged.collector().collect(everything());

    assertThat(List.of(dataset, network, representation, stitch)).allMatch(aged::isGone);
    assertThat(collected.going())
        .extracting(CollectedItem::kind, CollectedItem::path, CollectedItem::reason)
        .contains(
            tuple(Kind.RECORD, path(aged.record(network)), Reason.UNREACHED),
            tuple(Kind.ACTION, path(aged.action(network)), Reason.UNREACHED),
            tuple(Kind.BLOB, path(aged.blob(network)), Reason.UNREACHED))
        .hasSize(12);
    assertThat(collected.secondsGoing()).isEqualTo(2 + 100 + 3 + 20);
    assertThat(collected.bytesGoing())
        .isEqualTo(
            files(aged.store.directory().folder(Folder.GC)).stream()
                .filter(file -> !List.of("lock", "manifest").contains(name(file)))
                .mapToLong(file -> file.toFile().length())
                .sum());
    assertThat(collected.staying()).isEmpty();
  }

  @Test
  void collect_pinned_staysWithAllThatItWasComputedFrom() throws IOException {
    Made other = aged.make(network(2), "other weights", 7, dataset);
    age(aged.record(other), OLD);
    age(aged.action(other), OLD);
    age(aged.blob(other), OLD);
    new Pins(aged.store).pin("paper", List.of(stitch.key()));

    CollectionResult collected = aged.collector().collect(everything());

    assertThat(List.of(dataset, network, representation, stitch)).allMatch(aged::isWhole);
    assertThat(aged.isGone(other)).isTrue();
    assertThat(collected.secondsGoing()).isEqualTo(7);
    assertThat(collected.staying())
        .hasSize(12)
        .extracting(CollectedItem::reason)
        .containsOnly(Reason.PINNED);
  }

  @Test
  void collect_severalRecordsGaveAnInput_allStay() throws IOException {
    Made same = aged.make(network(3), "weights", 90, dataset);
    age(aged.record(same), OLD);
    new Pins(aged.store).pin("paper", List.of(representation.key()));

    aged.collector().collect(everything());

    assertThat(List.of(network, same, representation)).allMatch(aged::isWhole);
    assertThat(aged.isGone(stitch)).isTrue();
  }

  @Test
  void collect_recentRunsKeys_stayWithWhatTheyWereComputedFrom() throws IOException {
    CollectionResult collected =
        aged.collector().collect(atMost(Long.MAX_VALUE, representation.key()));

    assertThat(List.of(dataset, network, representation)).allMatch(aged::isWhole);
    assertThat(aged.isGone(stitch)).isTrue();
    assertThat(collected.staying())
        .hasSize(9)
        .extracting(CollectedItem::reason)
        .containsOnly(Reason.RECENT_RUN);
  }

  @Test
  void collect_whileAnActionIsComputed_itsInputsStay() throws IOException {
    Memo memo = new Memo(aged.store);
    GarbageCollector collector = aged.collector();
    CollectionResult[] collected = new CollectionResult[1];
    StageExecutor collecting =
        (runs, progress) -> {
          age(files(aged.store, Folder.LEASE).get(0), OLD);
          collected[0] = collector.collect(everything());
          Files.copy(runs.get(0).input("in"), runs.get(0).output("out"));
        };

    Memo.Answer answer =
        memo.get(
                List.of(new Memo.Request(reading(stitch(2), representation), 1, false, List.of())),
                collecting,
                aged.store::open,
                share -> {})
            .get(0);

    assertThat(answer.outcome()).isEqualTo(Outcome.RAN);
    assertThat(List.of(dataset, network, representation)).allMatch(aged::isWhole);
    assertThat(aged.isGone(stitch)).isTrue();
    assertThat(collected[0].staying()).extracting(CollectedItem::reason).contains(Reason.LEASE);
  }

  @Test
  void collect_youngRecord_staysWithItsOldInputs() throws IOException {
    age(aged.record(representation), Duration.ofMinutes(59));

    CollectionResult collected = aged.collector().collect(everything());

    assertThat(List.of(dataset, network, representation)).allMatch(aged::isWhole);
    assertThat(aged.isGone(stitch)).isTrue();
    assertThat(collected.staying()).extracting(CollectedItem::reason).containsOnly(Reason.YOUNG);
  }

  @Test
  void collect_olderThan_takesNoYoungerRecord() throws IOException {
    GarbageCollector.Request request =
        new GarbageCollector.Request(
            OLD.plusMinutes(1), GarbageCollector.GRACE, Long.MAX_VALUE, () -> Set.of());
    assertThat(aged.collector().collect(request).going()).isEmpty();
    age(aged.record(stitch), OLD.plusMinutes(2));

    aged.collector().collect(request);

    assertThat(aged.isGone(stitch)).isTrue();
    assertThat(aged.isWhole(representation)).isTrue();
  }

  @Test
  void collect_blobAndActionWithoutRecord_stayWhileYoung() throws IOException {
    Digest orphan = aged.store.put(bytes("orphan"));
    aged.cache.actions().write(ActionKeys.key(stitch(9).build()), stitch(9).build());
    new Pins(aged.store).pin("paper", List.of(stitch.key()));
    assertThat(aged.collector().collect(everything()).going()).isEmpty();
    aged.age(OLD);

    assertThat(aged.collector().collect(everything()).going())
        .extracting(CollectedItem::kind)
        .containsExactly(Kind.ACTION, Kind.BLOB);
    assertThat(aged.store.find(orphan)).isNull();
  }

  @Test
  void plan_reportsTheSameAndChangesNothing() throws IOException {
    Path lease = lease("abandoned");
    Map<String, String> before = aged.content();

    CollectionResult planned = aged.collector().plan(atMost(1200, stitch.key()));

    assertThat(aged.content()).isEqualTo(before);
    assertThat(aged.store.directory().folder(Folder.GC)).doesNotExist();
    CollectionResult collected = aged.collector().collect(atMost(1200, stitch.key()));
    assertThat(collected.going()).isEqualTo(planned.going()).hasSize(2);
    assertThat(collected.staying()).containsExactlyInAnyOrderElementsOf(planned.staying());
    assertThat(lease).doesNotExist();
  }

  @Test
  void collect_noStore_makesNone() throws IOException {
    AgedStore none = new AgedStore(temporary.resolve("none"));

    assertThat(none.collector().collect(everything()).going()).isEmpty();
    assertThat(none.collector().undo()).isNull();
    assertThat(none.store.root()).doesNotExist();
  }

  @Test
  void collect_overSize_takesRepresentationsThenWhatIsCheapPerByteAndNoRecord() throws IOException {
    Made cheap = aged.make(stitch(2), "c".repeat(1000), 10, representation);
    Made dear = aged.make(stitch(3), "d".repeat(500), 10, representation);
    Made page = aged.make(report("x"), "p".repeat(2000), 0.1, stitch);
    aged.age(OLD);
    Digest[] recent = {cheap.key(), dear.key(), page.key()};
    long all = aged.collector().plan(atMost(Long.MAX_VALUE, recent)).bytesStaying();

    assertThat(takenAbove(all, recent)).isEmpty();
    assertThat(takenAbove(all - 1, recent)).containsExactly(representation.blob());
    assertThat(takenAbove(all - 1001, recent)).containsExactly(representation.blob(), cheap.blob());
    assertThat(takenAbove(all - 2001, recent))
        .containsExactly(representation.blob(), cheap.blob(), dear.blob());
    // images: 2 s for 6 bytes, stitch: 20 s for 6, weights: 100 s for 7; the report never
    assertThat(takenAbove(0, recent))
        .containsExactly(
            representation.blob(),
            cheap.blob(),
            dear.blob(),
            dataset.blob(),
            stitch.blob(),
            network.blob());

    CollectionResult collected = aged.collector().collect(atMost(0, recent));

    assertThat(files(aged.store, Folder.AC)).hasSize(7);
    assertThat(files(aged.store, Folder.ACTION)).hasSize(7);
    assertThat(files(aged.store, Folder.CAS)).containsExactly(aged.blob(page));
    assertThat(collected.secondsGoing()).isEqualTo(3 + 10 + 10 + 2 + 20 + 100);
  }

  private List<Digest> takenAbove(long maxSizeBytes, Digest... recent) throws IOException {
    return aged.collector().plan(atMost(maxSizeBytes, recent)).going().stream()
        .filter(item -> item.kind() == Kind.BLOB && item.reason() == Reason.OVER_SIZE)
        .map(item -> new Digest(name(Path.of(item.path()))))
        .toList();
  }

  @Test
  void collect_overSize_sparesPinnedYoungAndWhatCannotBeRecomputed() throws IOException {
    Made outside =
        new Made(network.key(), Digest.of(bytes("a file")), network.action(), network.result());
    Made imported = aged.make(dataset(), "imported", 1, outside);
    Made actionLost = aged.make(network(4), "no action", 1, dataset);
    aged.age(OLD);
    Files.delete(aged.action(actionLost));
    age(aged.blob(network), Duration.ofMinutes(10)); // somebody reads it
    new Pins(aged.store).pin("paper", List.of(stitch.key()));

    aged.collector().collect(atMost(0, imported.key(), actionLost.key()));

    assertThat(files(aged.store, Folder.CAS))
        .containsExactlyInAnyOrder(
            aged.blob(stitch), aged.blob(network), aged.blob(imported), aged.blob(actionLost));
    assertThat(aged.cache.find(representation.key())).isEqualTo(representation.result());
  }

  @Test
  void collect_overSize_whatWasComputedFromItStaysAHitAndItComesBackOnDemand() throws IOException {
    aged.collector().collect(atMost(1300, stitch.key()));
    assertThat(aged.blob(representation)).doesNotExist();
    Memo memo = new Memo(aged.store);
    StageExecutor again =
        (runs, progress) -> Files.writeString(runs.get(0).output("out"), "r".repeat(1000));

    Memo.Answer hit =
        memo.get(
                List.of(new Memo.Request(stitch.action(), 1, true, List.of())),
                again,
                aged.store::open,
                share -> {})
            .get(0);
    Memo.Answer demanded =
        memo.get(
                List.of(new Memo.Request(representation.action(), 1, true, List.of())),
                again,
                aged.store::open,
                share -> {})
            .get(0);

    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(demanded.outcome()).isEqualTo(Outcome.RAN);
    assertThat(demanded.result()).isEqualTo(representation.result());
    assertThat(aged.isWhole(representation)).isTrue();
  }

  @Test
  void collect_resultsThatLostAgainstARecord_goWithIt() throws IOException {
    Digest other = aged.store.put(bytes("other stitch"));
    aged.cache.publish(
        stitch.key(), stitch.action(), Actions.result(1, Actions.output("out", other, 12)));
    assertThat(files(aged.store, Folder.NONDETERMINISM)).hasSize(1);
    aged.age(OLD);
    aged.collector().collect(atMost(Long.MAX_VALUE, stitch.key()));
    assertThat(files(aged.store, Folder.NONDETERMINISM)).hasSize(1);
    assertThat(aged.store.find(other)).isNull();

    CollectionResult collected = aged.collector().collect(everything());

    assertThat(files(aged.store, Folder.NONDETERMINISM)).isEmpty();
    assertThat(collected.going()).extracting(CollectedItem::kind).contains(Kind.NONDETERMINISM);
  }

  @Test
  void collect_damagedPin_takesNothing() throws IOException {
    new Pins(aged.store).pin("paper", List.of(stitch.key()));
    flipBit(files(aged.store, Folder.PINS).get(0), 400);
    Map<String, String> before = aged.content();

    assertThatThrownBy(() -> aged.collector().collect(everything()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("pins/paper: is damaged");
    assertThat(aged.content()).isEqualTo(before);
  }

  @Test
  void collect_whileAnotherDoes_isRefused() throws IOException {
    try (CollectionLock lock = CollectionLock.take(aged.store.directory())) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> aged.collector().collect(everything()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("another gc, pin or unpin is running in this store");
      assertThatThrownBy(() -> aged.collector().undo()).isInstanceOf(StoreException.class);
      assertThatThrownBy(() -> new Pins(aged.store).pin("p", List.of(stitch.key())))
          .isInstanceOf(StoreException.class);
    }
    assertThat(aged.isWhole(stitch)).isTrue();
  }

  @Test
  void collect_temporaries_goWhenOldAndTheirProcessIsGoneOrAfterADay() throws IOException {
    long here = ProcessHandle.current().pid();
    Path ofHere = temporary(here + "-a", OLD);
    Path abandoned = temporary(here + "-b", Duration.ofHours(25));
    long gone = Long.MAX_VALUE / 10;
    Path ofGone = temporary(gone + "-c", OLD);
    Path ofGoneYoung = temporary(gone + "-d", Duration.ofMinutes(30));
    Path strange = temporary("strange", OLD);

    aged.collector().collect(atMost(Long.MAX_VALUE, stitch.key()));

    assertThat(files(aged.store, Folder.TMP))
        .containsExactlyInAnyOrder(ofHere, ofGoneYoung, strange);
    assertThat(abandoned).doesNotExist();
    assertThat(ofGone).doesNotExist();
  }

  @Test
  void collect_downloads_goAfterADayAndUnlocked() throws IOException {
    Path young = temporary("12".repeat(32) + ".part", OLD);
    Path abandoned = temporary("34".repeat(32) + ".part", Duration.ofHours(25));
    Path sealed = temporary("56".repeat(32) + ".part", Duration.ofHours(25));
    Files.setPosixFilePermissions(sealed, PosixFilePermissions.fromString("r--------"));
    Path locked = temporary("78".repeat(32) + ".part", Duration.ofHours(25));

    try (FileChannel channel = FileChannel.open(locked, StandardOpenOption.WRITE)) {
      channel.lock();
      aged.collector().collect(atMost(Long.MAX_VALUE, stitch.key()));
    }

    assertThat(files(aged.store, Folder.TMP)).containsExactlyInAnyOrder(young, locked);
    assertThat(abandoned).doesNotExist();
    assertThat(sealed).doesNotExist();
  }

  private Path temporary(String name, Duration age) throws IOException {
    Path folder = Files.createDirectories(aged.store.directory().folder(Folder.TMP));
    Path file = Files.writeString(folder.resolve(name), name);
    age(file, age);
    return file;
  }

  @Test
  void collect_leases_goWhenOldAndUnlocked() throws IOException {
    Path locked = lease("locked");
    Path unlocked = lease("unlocked");
    Path young = lease("young");
    age(young, Duration.ofMinutes(30));

    try (FileChannel channel = FileChannel.open(locked, StandardOpenOption.WRITE)) {
      channel.lock();
      aged.collector().collect(everything());
    }

    assertThat(files(aged.store, Folder.LEASE)).containsExactlyInAnyOrder(locked, young);
    assertThat(unlocked).doesNotExist();
  }

  private Path lease(String name) throws IOException {
    Path file = StoreFiles.path(aged.store, Folder.LEASE, Digest.of(bytes(name)));
    OpenedFiles.forLock(aged.store.directory(), file).close();
    age(file, OLD);
    return file;
  }

  @Test
  void collect_quarantineAndTrash_goWhenOlderThanTheGraceTime() throws IOException {
    flipBit(aged.blob(dataset), 3);
    assertThatThrownBy(() -> Store.open(aged.store.root()).open(dataset.blob()))
        .isInstanceOf(MissingBlobException.class);
    Path quarantined = files(aged.store, Folder.QUARANTINE).get(0);
    age(quarantined, Duration.ofMinutes(59));
    aged.collector().collect(everything());
    assertThat(quarantined).exists();
    age(quarantined, OLD);
    assertThat(trash()).hasSize(1);

    assertThat(aged.collector().collect(everything()).going())
        .extracting(CollectedItem::kind)
        .containsExactly(Kind.QUARANTINE);
    age(trash().get(0).resolve("manifest"), OLD);

    assertThat(aged.collector().collect(everything()).going())
        .extracting(CollectedItem::kind)
        .containsExactly(Kind.TRASH);
    assertThat(trash()).isEmpty();
  }

  @Test
  void undo_bringsAllBack() throws IOException {
    Map<String, String> before = aged.content();
    CollectionResult collected = aged.collector().collect(everything());
    assertThat(aged.content()).isNotEqualTo(before);

    UndoResult restored = Objects.requireNonNull(aged.collector().undo());

    assertThat(restored.id()).isEqualTo(collected.id());
    assertThat(restored.paths())
        .containsExactlyInAnyOrderElementsOf(
            collected.going().stream().map(CollectedItem::path).toList());
    assertThat(restored.sizeBytes()).isEqualTo(collected.bytesGoing());
    assertThat(aged.content()).isEqualTo(before);
    assertThat(List.of(dataset, network, representation, stitch)).allMatch(aged::isWhole);
    assertThat(aged.collector().undo()).isNull();
  }

  @Test
  void undo_recomputedMeanwhile_staysAndIsTold() throws IOException {
    aged.collector().collect(everything());
    Made again = aged.make(network(1), "other weights", 50, dataset);

    UndoResult restored = Objects.requireNonNull(aged.collector().undo());

    assertThat(restored.kept())
        .containsExactlyInAnyOrder(path(aged.record(network)), path(aged.action(network)));
    assertThat(aged.isWhole(again)).isTrue();
    assertThat(aged.store.open(network.blob())).hasContent("weights");
    assertThat(List.of(dataset, representation, stitch)).allMatch(aged::isWhole);
  }

  @Test
  void purge_leavesNothingToUndoAndTouchesNothingElse() throws IOException {
    CollectionResult collected = aged.collector().collect(everything());
    Map<String, String> left = aged.content();

    List<CollectedItem> purged = aged.collector().purge();

    assertThat(purged)
        .singleElement()
        .satisfies(item -> assertThat(item.path()).isEqualTo("gc/" + collected.id()))
        .satisfies(item -> assertThat(item.sizeBytes()).isGreaterThan(collected.bytesGoing()));
    assertThat(trash()).isEmpty();
    assertThat(aged.content()).isEqualTo(left);
    assertThat(aged.collector().undo()).isNull();
    assertThat(aged.collector().purge()).isEmpty();
  }

  @Test
  void undo_damagedManifest_isRefused() throws IOException {
    aged.collector().collect(everything());
    Path manifest = trash().get(0).resolve("manifest");
    flipBit(manifest, 500);

    assertThatThrownBy(() -> aged.collector().undo())
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(manifest + ": is damaged");
    age(manifest, OLD);
    assertThat(aged.collector().collect(everything()).going())
        .extracting(CollectedItem::kind)
        .containsExactly(Kind.TRASH);
  }

  @Test
  void request_belowTheShortestGrace_isRefused() {
    assertThatThrownBy(
            () ->
                new GarbageCollector.Request(
                    Duration.ZERO, GarbageCollector.GRACE.minusMillis(1), 0, () -> Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT1H");
    assertThatThrownBy(() -> atMost(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  private List<Path> trash() throws IOException {
    return Listing.entries(aged.store.directory(), aged.store.directory().folder(Folder.GC))
        .stream()
        .filter(Files::isDirectory)
        .toList();
  }

  private String path(Path file) {
    return aged.store.root().relativize(file).toString();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }
}
