package io.stitchflow.gc;

import static io.stitchflow.store.Actions.action;
import static io.stitchflow.store.StoreFiles.blob;
import static io.stitchflow.store.StoreFiles.files;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.faults.EveryCall;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.Memo.Answer;
import io.stitchflow.memo.Memo.Request;
import io.stitchflow.memo.StageRun;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.DifferingResults;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleConsumer;
import org.junit.jupiter.api.Test;

/** What a store promises, wherever its disk fails, its process ends or power is lost. */
class StoreFaultsTest {
  /** What actions 1 and 2 write; the largest takes several writes. */
  private static final List<List<Integer>> SIZES = List.of(List.of(0, 700, 5000), List.of(30));

  @Test
  void publish_disturbedAtAnyCall_losesNothingAndGoesOn() throws IOException {
    assertThat(EveryCall.of(new Publish()).run()).isGreaterThan(100);
  }

  @Test
  void put_disturbedAtAnyCall_losesNothingAndGoesOn() throws IOException {
    assertThat(EveryCall.of(new Put()).run()).isGreaterThan(20);
  }

  @Test
  void lookUp_disturbedAtAnyCall_hitsOrRunsAgain() throws IOException {
    assertThat(EveryCall.of(new LookUp()).run()).isGreaterThan(20);
  }

  @Test
  void heal_disturbedAtAnyCall_givesTheSameBytesInTheEnd() throws IOException {
    assertThat(EveryCall.of(new Heal()).run()).isGreaterThan(50);
  }

  @Test
  void replace_disturbedAtAnyCall_leavesTheOldRecordOrTheNew() throws IOException {
    assertThat(EveryCall.of(new Replace()).run()).isGreaterThan(50);
  }

  @Test
  void collect_disturbedAtAnyCall_keepsWhatIsPinned() throws IOException {
    assertThat(EveryCall.of(new Collect()).run()).isGreaterThan(50);
  }

  /** Two actions of several outputs each, computed in one call. */
  private static class Publish implements EveryCall.Scenario<Answer> {
    @Override
    public void run(Path root, List<Answer> acknowledged) throws IOException {
      Store store = Store.open(root);
      List<Answer> answers =
          new Memo(store).get(requests(), StoreFaultsTest::write, store::open, share -> {});
      for (Answer answer : answers) {
        if (answer.outcome() == Outcome.RAN && answer.failure().isEmpty()) {
          acknowledged.add(answer); // a hit promises nothing: it can be computed again
        }
        assertRight(store, answer);
      }
    }

    @Override
    public void check(Path root, List<Answer> acknowledged, boolean readErrors) throws IOException {
      Store store = Store.open(root);
      assertNothingWrong(store);
      ActionCache cache = new ActionCache(store);
      for (Answer answer : acknowledged) {
        ActionResult standing = Objects.requireNonNull(cache.find(answer.key()), "lost record");
        assertThat(DifferingResults.haveSameOutputs(standing, answer.result())).isTrue();
        if (!readErrors) {
          assertThat(new Memo(store).verified(standing)).isTrue();
        }
      }
    }
  }

  private static final class LookUp extends Publish {
    @Override
    public void prepare(Path root, List<Answer> acknowledged) throws IOException {
      super.run(root, acknowledged);
    }
  }

  /** All is old, and one of two results is pinned. */
  private static final class Collect extends Publish {
    private static final Instant LONG_AFTER = Instant.parse("2027-01-01T00:00:00Z");

    @Override
    public void prepare(Path root, List<Answer> acknowledged) throws IOException {
      super.run(root, acknowledged);
      Answer pinned = acknowledged.remove(0);
      acknowledged.clear(); // the other may go
      acknowledged.add(pinned);
      new Pins(Store.open(root)).pin("paper", List.of(pinned.key()));
    }

    @Override
    public void run(Path root, List<Answer> acknowledged) throws IOException {
      new GarbageCollector(Store.open(root), InstantSource.fixed(LONG_AFTER), AgedStore::eviction)
          .collect(
              new GarbageCollector.Request(
                  Duration.ZERO, GarbageCollector.GRACE, Long.MAX_VALUE, Set::of));
    }
  }

  /** One blob is gone, one was cut, one has a bit flipped. */
  private static final class Heal extends Publish {
    @Override
    public void prepare(Path root, List<Answer> acknowledged) throws IOException {
      super.run(root, acknowledged);
      Store store = Store.open(root);
      Answer several = acknowledged.remove(0);
      List<Path> blobs =
          several.result().getOutputList().stream()
              .map(output -> blob(store, Digest.from(output.getDigest())))
              .toList();
      Files.delete(blobs.get(0));
      Files.write(blobs.get(1), new byte[3]);
      byte[] bytes = Files.readAllBytes(blobs.get(2));
      bytes[bytes.length / 2] ^= 4;
      Files.write(blobs.get(2), bytes);
    }
  }

  /** A result whose blobs are lost comes out different. */
  private static final class Replace implements EveryCall.Scenario<Answer> {
    private static Answer get(Path root, String content) throws IOException {
      Store store = Store.open(root);
      Answer answer =
          new Memo(store)
              .get(
                  List.of(new Request(action(1), 1, true, List.of())),
                  (runs, progress) -> Files.writeString(runs.get(0).output("moments"), content),
                  store::open,
                  share -> {})
              .get(0);
      assertThat(Files.readString(store.open(Actions.only(answer.result())))).isEqualTo(content);
      return answer;
    }

    @Override
    public void prepare(Path root, List<Answer> acknowledged) throws IOException {
      Answer old = get(root, "old");
      Files.delete(blob(Store.open(root), Actions.only(old.result())));
    }

    @Override
    public void run(Path root, List<Answer> acknowledged) throws IOException {
      Answer answer = get(root, "new");
      if (answer.outcome() == Outcome.RAN && answer.failure().isEmpty()) {
        acknowledged.add(answer);
      }
    }

    @Override
    public void check(Path root, List<Answer> acknowledged, boolean readErrors) throws IOException {
      Store store = Store.open(root);
      assertBlobsWhole(store);
      ActionResult standing =
          Objects.requireNonNull(
              new ActionCache(store).find(ActionKeys.key(action(1))), "lost record");
      if (!acknowledged.isEmpty()) {
        assertThat(Actions.only(standing)).isEqualTo(Digest.of(StoreFiles.bytes("new")));
        assertThat(readErrors || Files.exists(store.open(Actions.only(standing)))).isTrue();
      }
    }
  }

  /** Blobs alone, from memory. */
  private static final class Put implements EveryCall.Scenario<Digest> {
    @Override
    public void run(Path root, List<Digest> acknowledged) throws IOException {
      Store store = Store.open(root);
      for (int size : SIZES.get(0)) {
        Digest digest = store.put(content(size));
        acknowledged.add(digest);
        assertThat(Files.readAllBytes(store.open(digest))).isEqualTo(content(size));
      }
    }

    @Override
    public void check(Path root, List<Digest> acknowledged, boolean readErrors) throws IOException {
      Store store = Store.open(root);
      assertBlobsWhole(store);
      for (Digest digest : acknowledged) {
        assertThat(readErrors || Files.exists(store.open(digest))).isTrue();
      }
    }
  }

  private static List<Request> requests() {
    return List.of(
        new Request(action(1), 1, true, List.of()), new Request(action(2), 1, true, List.of()));
  }

  private static void write(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (StageRun run : runs) {
      for (int size : sizes(run.action())) {
        Files.write(run.output("size " + size), content(size));
      }
    }
  }

  private static List<Integer> sizes(Action action) {
    return SIZES.get(action.getVersion() - 1);
  }

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  private static void assertRight(Store store, Answer answer) throws IOException {
    assertThat(answer.result().getOutputCount()).isPositive();
    for (Output output : answer.result().getOutputList()) {
      assertThat(Files.readAllBytes(store.open(Digest.from(output.getDigest()))))
          .isEqualTo(content((int) output.getSizeBytes()));
    }
  }

  /** Each record, if it can be read at all, says what its action gives. */
  private static void assertNothingWrong(Store store) throws IOException {
    assertBlobsWhole(store);
    ActionCache cache = new ActionCache(store);
    for (Request request : requests()) {
      ActionResult result = cache.find(ActionKeys.key(request.action()));
      if (result != null) {
        assertThat(result.getOutputList())
            .extracting(Output::getDigest)
            .containsExactlyInAnyOrderElementsOf(
                sizes(request.action()).stream()
                    .map(size -> Digest.of(content(size)).bytes())
                    .toList());
      }
    }
  }

  /** Each blob, if it can be opened at all, has the bytes of its name. */
  private static void assertBlobsWhole(Store store) throws IOException {
    for (Path file : files(store, Folder.CAS)) {
      Digest digest = new Digest(file.getFileName().toString());
      try {
        assertThat(Digest.of(store.open(digest))).isEqualTo(digest);
      } catch (MissingBlobException e) {
        assertThat(file).doesNotExist();
      }
    }
  }
}
