package io.stitchflow.memo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.gc.AgedStore;
import io.stitchflow.gc.CollectedItem;
import io.stitchflow.gc.CollectionResult;
import io.stitchflow.gc.GarbageCollector;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final Digest KEY = ActionKeys.key(Actions.action(1));
  private static final Digest OTHER = ActionKeys.key(Actions.action(2));
  private static final TrainingState STATE = state(3);

  @TempDir Path root;
  private Store store;
  private long nanos;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(root.resolve("store"));
  }

  @Test
  void find_afterAnOffer_givesTheStateToWhoeverComesNext() throws IOException {
    checkpoint(KEY).offer(() -> STATE);
    assertThat(find(KEY)).isEqualTo(STATE);
    checkpoint(KEY).offer(() -> state(4));
    assertThat(find(KEY)).isEqualTo(state(4));
    assertThat(find(OTHER)).isNull();
    assertThat(StoreFiles.files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void find_anyByteChanged_ignoresAndDeletesTheFile() throws IOException {
    checkpoint(KEY).offer(() -> STATE);
    byte[] whole = Files.readAllBytes(file(KEY));
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 1;
      assertIgnored(damaged);
    }
    for (int length = 0; length < whole.length; length++) {
      assertIgnored(Arrays.copyOf(whole, length));
    }
    Files.write(file(KEY), whole);
    assertThat(find(KEY)).isEqualTo(STATE);
  }

  private void assertIgnored(byte[] bytes) throws IOException {
    Files.write(file(KEY), bytes);
    assertThat(find(KEY)).isNull();
    assertThat(file(KEY)).doesNotExist();
  }

  @Test
  void find_anotherKeysFile_ignoresAndDeletesIt() throws IOException {
    checkpoint(OTHER).offer(() -> STATE);
    Files.createDirectories(file(KEY).getParent());
    Files.copy(file(OTHER), file(KEY));
    assertThat(find(KEY)).isNull();
    assertThat(file(KEY)).doesNotExist();
    assertThat(find(OTHER)).isEqualTo(STATE);
  }

  @Test
  void find_earlierFormat_ignoresAndDeletesIt() throws IOException {
    checkpoint(KEY).offer(() -> STATE);
    byte[] earlier = Files.readAllBytes(file(KEY));
    earlier[7]--; // the format's number, which the checksum leaves out
    assertIgnored(earlier);
  }

  @Test
  void offer_shortEpochs_keepsSoThatNoMoreThanAMinuteIsLost() throws IOException {
    // Ends of epochs of 20 s: after 60 s, the next would come too late
    assertThat(kept(20, 9)).containsExactly(60, 120, 180);
    assertThat(kept(25, 6)).containsExactly(50, 100, 150);
  }

  @Test
  void offer_longEpochs_keepsEachOne() throws IOException {
    assertThat(kept(40, 3)).containsExactly(40, 80, 120);
    assertThat(kept(4000, 2)).containsExactly(4000, 8000);
  }

  /** When, in seconds, the state was asked for. */
  private List<Integer> kept(int secondsAnEpoch, int epochs) throws IOException {
    nanos = 0;
    KeyCheckpoint checkpoint =
        new KeyCheckpoint(store.directory(), KEY, Duration.ofMinutes(1), () -> nanos);
    assertThat(checkpoint.find(TrainingState.parser())).isNull();
    List<Integer> kept = new ArrayList<>();
    for (int epoch = 1; epoch <= epochs; epoch++) {
      int now = epoch * secondsAnEpoch;
      nanos = Duration.ofSeconds(now).toNanos();
      checkpoint.offer(
          () -> {
            kept.add(now);
            return STATE;
          });
    }
    checkpoint.delete();
    return kept;
  }

  @Test
  void offer_storeThatCannotBeWritten_leavesTheStageAlone() throws IOException {
    Files.writeString(root.resolve("file"), "no directory");
    KeyCheckpoint checkpoint = checkpoint(KEY);
    Files.createDirectories(store.root());
    Files.writeString(store.root().resolve("checkpoint"), "in the way");
    checkpoint.offer(() -> STATE);
    assertThat(checkpoint.find(TrainingState.parser())).isNull();
  }

  @Test
  void memo_stageThatDies_findsItsStateInTheNextCallAndDeletesItOncePublished() throws IOException {
    Memo memo = new Memo(store, Duration.ZERO);
    assertThatThrownBy(
            () ->
                get(
                    memo,
                    (runs, progress) -> {
                      runs.get(0).checkpoint().offer(() -> STATE);
                      throw new IOException("dies");
                    }))
        .hasMessage("dies");
    assertThat(file(KEY)).exists();
    List<@Nullable Message> found = new ArrayList<>();
    Memo.Answer answer =
        get(
            memo,
            (runs, progress) -> {
              found.add(runs.get(0).checkpoint().find(TrainingState.parser()));
              Files.writeString(runs.get(0).output("stitch"), "done");
            });
    assertThat(found).containsExactly(STATE);
    assertThat(answer.outcome()).isEqualTo(Outcome.RAN);
    assertThat(file(KEY)).doesNotExist();
  }

  @Test
  void memo_stageThatFails_deletesItsState() throws IOException {
    Memo.Answer answer =
        get(
            new Memo(store, Duration.ZERO),
            (runs, progress) -> {
              runs.get(0).checkpoint().offer(() -> STATE);
              runs.get(0).fail("diverged");
            });
    assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(file(KEY)).doesNotExist();
  }

  @Test
  void gc_checkpointAsOldAsRecordsThatGo_isRemovedAndYoungerOnesStay() throws IOException {
    checkpoint(KEY).offer(() -> STATE);
    checkpoint(OTHER).offer(() -> STATE);
    Instant now = Instant.now();
    Files.setLastModifiedTime(file(KEY), FileTime.from(now.minus(Duration.ofDays(31))));
    Files.setLastModifiedTime(file(OTHER), FileTime.from(now.minus(Duration.ofDays(29))));
    CollectionResult collected =
        new GarbageCollector(store, InstantSource.fixed(now), AgedStore::eviction)
            .collect(
                new GarbageCollector.Request(
                    Duration.ofDays(30), GarbageCollector.GRACE, Long.MAX_VALUE, Set::of));
    assertThat(collected.going())
        .singleElement()
        .satisfies(
            item -> {
              assertThat(item.kind()).isEqualTo(CollectedItem.Kind.CHECKPOINT);
              assertThat(store.root().resolve(item.path())).isEqualTo(file(KEY));
            });
    assertThat(file(KEY)).doesNotExist();
    assertThat(find(OTHER)).isEqualTo(STATE);
  }

  private static Memo.Answer get(Memo memo, StageExecutor executor) throws IOException {
    Memo.Request request = new Memo.Request(Actions.action(1), 1, false, List.of());
    return memo.get(
            List.of(request),
            executor,
            digest -> {
              throw new IOException("reads nothing");
            },
            share -> {})
        .get(0);
  }

  private KeyCheckpoint checkpoint(Digest key) {
    // A second has passed at each look, so that every offer is kept
    return new KeyCheckpoint(
        store.directory(), key, Duration.ZERO, () -> nanos += Duration.ofSeconds(1).toNanos());
  }

  private @Nullable TrainingState find(Digest key) throws IOException {
    return checkpoint(key).find(TrainingState.parser());
  }

  private Path file(Digest key) {
    return store.directory().path(Folder.CHECKPOINT, key);
  }

  private static TrainingState state(int epochs) {
    TrainingState.Builder state = TrainingState.newBuilder();
    for (int epoch = 0; epoch < epochs; epoch++) {
      state.addLoss(1. / (1 + epoch)).addArray(ByteString.copyFromUtf8("array " + epoch));
    }
    return state.build();
  }
}
