package io.stitchflow.store;

import static io.stitchflow.store.Actions.action;
import static io.stitchflow.store.Actions.output;
import static io.stitchflow.store.Actions.result;
import static io.stitchflow.store.StoreFiles.blob;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.flipBit;
import static io.stitchflow.store.StoreFiles.names;
import static io.stitchflow.store.StoreFiles.overwrite;
import static io.stitchflow.store.StoreFiles.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.RecordFrame;
import io.stitchflow.faults.Disk;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActionCacheTest {
  private static final Action ACTION = action(1);
  private static final Digest KEY = ActionKeys.key(ACTION);

  @TempDir Path root;
  private Store store;
  private ActionCache cache;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(root);
    cache = new ActionCache(store);
  }

  @Test
  void publish_first_isFoundByEverybody() throws IOException {
    ActionResult result = gives("gram");

    assertThat(cache.find(KEY)).isNull();
    assertThat(cache.publish(KEY, ACTION, result)).isEqualTo(result);

    assertThat(new ActionCache(Store.open(root)).find(KEY)).isEqualTo(result);
    assertThat(cache.actions().find(KEY)).isEqualTo(ACTION);
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void publish_actionFile_hashesToItsName() throws IOException {
    cache.publish(KEY, ACTION, gives("gram"));

    assertThat(Digest.of(path(store, Folder.ACTION, KEY))).isEqualTo(KEY);
  }

  @Test
  void publish_second_firstWinsAndTheDifferenceIsRecorded() throws IOException {
    ActionResult first = cache.publish(KEY, ACTION, gives("one"));
    ActionResult other = gives("other");

    assertThat(cache.publish(KEY, ACTION, other)).isEqualTo(first);
    assertThat(cache.publish(KEY, ACTION, other.toBuilder().setSeconds(9).build()))
        .isEqualTo(first);

    assertThat(cache.find(KEY)).isEqualTo(first);
    assertThat(files(store, Folder.NONDETERMINISM))
        .singleElement()
        .satisfies(
            file -> {
              assertThat(file.getParent()).hasFileName(KEY.hex());
              assertThat(RecordFrame.decode(KEY, Files.readAllBytes(file))).isEqualTo(other);
            });
  }

  @Test
  void publish_sameDigestsInOtherTime_isNoDifference() throws IOException {
    ActionResult first = cache.publish(KEY, ACTION, gives("gram"));

    cache.publish(KEY, ACTION, gives("gram").toBuilder().setSeconds(77).build());

    assertThat(cache.find(KEY)).isEqualTo(first);
    assertThat(files(store, Folder.NONDETERMINISM)).isEmpty();
  }

  @Test
  void publish_blobNotPut_isRefusedAndLeavesNoRecord() throws IOException {
    ActionResult promise = result(1, output("moments", Digest.of(bytes("never put")), 9));
    Digest there = store.put(bytes("gram"));
    ActionResult wrongSize = result(1, output("moments", there, 5));

    for (ActionResult bad : List.of(promise, wrongSize)) {
      assertThatThrownBy(() -> cache.publish(KEY, ACTION, bad))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("moments");
    }
    assertThat(cache.find(KEY)).isNull();
  }

  @Test
  void publish_keyOfAnotherAction_isRefused() throws IOException {
    ActionResult result = gives("gram");

    assertThatThrownBy(() -> cache.publish(KEY, action(2), result))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(KEY.hex());
    assertThatThrownBy(() -> cache.publish(KEY, ACTION, result(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void find_bitFlipped_isAMissAndQuarantined() throws IOException {
    ActionResult result = gives("gram");
    cache.publish(KEY, ACTION, result);
    Path record = path(store, Folder.AC, KEY);
    for (long bit : List.of(0L, 63L, 64L, 8L * 40, 8 * Files.size(record) - 1)) {
      flipBit(record, bit);

      assertThat(cache.find(KEY)).as("bit %s", bit).isNull();
      assertThat(record).doesNotExist();
      assertThat(cache.publish(KEY, ACTION, result)).isEqualTo(result);
    }
    assertThat(files(store, Folder.QUARANTINE)).hasSize(5);
  }

  @Test
  void decode_anyBitFlippedOrBytesMissing_isNull() throws IOException {
    byte[] frame = RecordFrame.encode(KEY, gives("gram"));
    for (int bit = 0; bit < 8 * frame.length; bit++) {
      byte[] flipped = frame.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(RecordFrame.decode(KEY, flipped)).as("bit %s", bit).isNull();
    }
    for (int length = 0; length < frame.length; length++) {
      assertThat(RecordFrame.decode(KEY, Arrays.copyOf(frame, length))).isNull();
    }
    assertThat(RecordFrame.decode(KEY, Arrays.copyOf(frame, frame.length + 1))).isNull();
  }

  @Test
  void find_tornOrExtended_isAMiss() throws IOException {
    ActionResult result = gives("gram");
    cache.publish(KEY, ACTION, result);
    Path record = path(store, Folder.AC, KEY);
    byte[] whole = Files.readAllBytes(record);
    for (int length : List.of(0, 1, 39, 40, whole.length - 1, whole.length + 1)) {
      overwrite(record, Arrays.copyOf(whole, length));

      assertThat(cache.find(KEY)).as("%s bytes", length).isNull();
      cache.publish(KEY, ACTION, result);
    }
    assertThat(cache.find(KEY)).isEqualTo(result);
  }

  @Test
  void find_recordOfAnotherKey_isAMiss() throws IOException {
    cache.publish(KEY, ACTION, gives("gram"));
    Digest otherKey = ActionKeys.key(action(2));
    cache.publish(otherKey, action(2), gives("other"));
    byte[] foreign = Files.readAllBytes(path(store, Folder.AC, otherKey));

    overwrite(path(store, Folder.AC, KEY), foreign);

    assertThat(cache.find(KEY)).isNull();
  }

  @Test
  void find_unreadableRecord_isAMiss() throws IOException {
    Disk disk = new Disk();
    Store there = Store.open(disk.path("/store"));
    byte[] content = bytes("gram");
    ActionResult result =
        Actions.result(1, Actions.output("gram", there.put(content), content.length));
    new ActionCache(there).publish(KEY, ACTION, result);
    disk.makeUnreadable(path(there, Folder.AC, KEY));

    assertThat(new ActionCache(there).find(KEY)).isNull();
  }

  @Test
  void findAction_damaged_isNullAndHealsOnPublish() throws IOException {
    cache.publish(KEY, ACTION, gives("gram"));
    overwrite(path(store, Folder.ACTION, KEY), ActionKeys.canonicalBytes(action(2)));
    assertThat(cache.actions().find(KEY)).isNull();

    cache.publish(KEY, ACTION, gives("gram"));

    assertThat(cache.actions().find(KEY)).isEqualTo(ACTION);
  }

  @Test
  void replace_blobsLost_newRecordStandsAndTheOldIsKept() throws IOException {
    ActionResult lost = cache.publish(KEY, ACTION, gives("one"));
    Files.delete(blob(store, Actions.only(lost)));
    ActionResult healed = gives("other");

    assertThat(cache.replace(KEY, ACTION, healed)).isEqualTo(healed);

    assertThat(cache.find(KEY)).isEqualTo(healed);
    assertThat(files(store, Folder.NONDETERMINISM))
        .singleElement()
        .satisfies(
            file -> assertThat(RecordFrame.decode(KEY, Files.readAllBytes(file))).isEqualTo(lost));
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void replace_blobsThere_theStandingRecordStays() throws IOException {
    ActionResult first = cache.publish(KEY, ACTION, gives("one"));

    assertThat(cache.replace(KEY, ACTION, gives("other"))).isEqualTo(first);
  }

  @Test
  void publish_manyThreads_allGetTheOneThatWon() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    Set<ActionResult> winners = new HashSet<>();
    try {
      List<Callable<ActionResult>> publishers = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        ActionResult mine = gives("result " + i);
        ActionCache own = new ActionCache(Store.open(root));
        publishers.add(() -> own.publish(KEY, ACTION, mine));
      }
      for (Future<ActionResult> publisher : threads.invokeAll(publishers)) {
        winners.add(publisher.get());
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(winners).containsExactly(cache.find(KEY));
    assertThat(files(store, Folder.NONDETERMINISM)).hasSize(31);
    assertThat(names(files(store, Folder.AC))).containsExactly(KEY.hex());
  }

  private ActionResult gives(String content) throws IOException {
    return result(1.5, output("moments", store.put(bytes(content)), bytes(content).length));
  }
}
