package io.stitchflow.store;

import static io.stitchflow.store.Actions.action;
import static io.stitchflow.store.Actions.output;
import static io.stitchflow.store.Actions.result;
import static io.stitchflow.store.StoreFiles.blob;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.flipBit;
import static io.stitchflow.store.StoreFiles.names;
import static io.stitchflow.store.StoreFiles.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.ActionResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records read from the index: what {@code ac/} says, whatever the index looks like. */
class RecordsTest {
  private static final int RECORDS = 12;
  private static final int DAMAGES = 400;

  @TempDir Path root;
  private Store store;
  private ActionCache cache;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(root);
    cache = new ActionCache(store);
  }

  @Test
  void find_published_isReadFromTheIndexAlone() throws IOException {
    ActionResult result = publish(1, "one");
    Path record = path(store, Folder.AC, key(1));
    spoilUnseen(record);

    assertThat(find(1)).isEqualTo(result);
    assertThat(record).exists();
  }

  @Test
  void find_recordAltered_isAMissAndQuarantined() throws IOException {
    publish(1, "one");
    flipBit(path(store, Folder.AC, key(1)), 400);

    assertThat(find(1)).isNull();
    assertThat(names(files(store, Folder.QUARANTINE))).containsExactly(key(1).hex());
  }

  @Test
  void find_nothingPublished_isNullAndMakesNothing() throws IOException {
    assertThat(find(1)).isNull();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void find_recordDeletedByHand_isNull() throws IOException {
    publish(1, "one");
    Files.delete(path(store, Folder.AC, key(1)));

    assertThat(find(1)).isNull();
  }

  @Test
  void find_publishedAgainAfterDeletion_isTheNewRecord() throws IOException {
    publish(1, "one");
    Files.delete(path(store, Folder.AC, key(1)));
    ActionResult second = new ActionCache(store).publish(key(1), action(1), gives("two"));

    assertThat(find(1)).isEqualTo(second);
  }

  @Test
  void find_replaced_isTheNewRecord() throws IOException {
    ActionResult lost = publish(1, "one");
    Files.delete(blob(store, Actions.only(lost)));
    ActionResult healed = new ActionCache(store).replace(key(1), action(1), gives("two"));

    assertThat(find(1)).isEqualTo(healed);
  }

  @Test
  void find_publisherThatLost_isTheRecordThatStands() throws IOException {
    ActionResult first = publish(1, "one");
    delete(files(store, Folder.INDEX));

    new ActionCache(store).publish(key(1), action(1), gives("two"));

    assertThat(find(1)).isEqualTo(first);
  }

  @Test
  void forget_record_isDeletedForEverybodyAndCanBePublishedAgain() throws IOException {
    publish(1, "one");
    ActionResult other = publish(2, "two");

    forget(key(1));

    assertThat(cache.find(key(1))).isNull();
    assertThat(find(1)).isNull();
    assertThat(find(2)).isEqualTo(other);
    ActionResult again = publish(1, "another");
    assertThat(find(1)).isEqualTo(again);
  }

  @Test
  void forget_absent_isNoError() throws IOException {
    forget(key(1));

    assertThat(find(1)).isNull();
  }

  @Test
  void close_indexMissing_isBuiltAnew() throws IOException {
    Map<Digest, ActionResult> published = publishAll();
    delete(files(store, Folder.INDEX));
    assertThat(found()).isEqualTo(published);

    for (Path record : files(store, Folder.AC)) {
      spoilUnseen(record);
    }

    assertThat(found()).isEqualTo(published);
  }

  @Test
  void close_storeReadOnly_changesNothing() throws IOException {
    Map<Digest, ActionResult> published = publishAll();
    delete(files(store, Folder.INDEX));
    Files.delete(root.resolve("index"));
    Files.createFile(root.resolve("index")); // even root cannot make files in there

    assertThat(found()).isEqualTo(published);
    assertThat(root.resolve("index")).isEmptyFile();
  }

  @Test
  void find_indexDamagedAnywhere_isWhatStands() throws IOException {
    Map<Digest, ActionResult> published = publishAll();
    ActionResult lost = publish(RECORDS, "lost");
    Files.delete(blob(store, Actions.only(lost)));
    published.put(key(RECORDS), cache.replace(key(RECORDS), action(RECORDS), gives("healed")));
    forget(key(0));
    published.remove(key(0));
    Path log = files(store, Folder.INDEX).get(0);
    byte[] whole = Files.readAllBytes(log);
    long seed = 20261125;
    Random random = new Random(seed);
    for (int i = 0; i < DAMAGES; i++) {
      Files.write(log, damaged(whole, random));

      assertThat(found()).as("seed %s, damage %s", seed, i).isEqualTo(published);
      delete(files(store, Folder.INDEX));
    }
  }

  /** A range cut out, turned over, overwritten or put in twice, or the end cut off. */
  private static byte[] damaged(byte[] whole, Random random) {
    int from = random.nextInt(whole.length);
    int to = from + random.nextInt(whole.length - from) + 1;
    byte[] range = Arrays.copyOfRange(whole, from, to);
    byte[] before = Arrays.copyOf(whole, from);
    byte[] after = Arrays.copyOfRange(whole, to, whole.length);
    return switch (random.nextInt(5)) {
      case 0 -> concat(before, after);
      case 1 -> before;
      case 2 -> {
        byte[] flipped = whole.clone();
        flipped[from] ^= (byte) (1 << random.nextInt(8));
        yield flipped;
      }
      case 3 -> {
        random.nextBytes(range);
        yield concat(before, range, after);
      }
      default -> concat(before, range, range, after);
    };
  }

  private static byte[] concat(byte[]... parts) {
    byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  @Test
  void find_tornTailBeforeOthersEntries_hidesNoneOfThem() throws IOException {
    ActionResult result = publish(1, "one");
    Path log = files(store, Folder.INDEX).get(0);
    byte[] entry = Files.readAllBytes(log);
    spoilUnseen(path(store, Folder.AC, key(1)));
    for (int length = 0; length < entry.length; length++) {
      Files.write(log, concat(Arrays.copyOf(entry, length), entry));

      assertThat(find(1)).as("torn after %s bytes", length).isEqualTo(result);
    }
  }

  @Test
  void find_filesOfOthersInTheIndex_areLeftAlone() throws IOException {
    ActionResult result = publish(1, "one");
    Path foreign = root.resolve("index").resolve("notes.txt");
    Files.writeString(foreign, "not ours");
    Path unreadable = Files.createDirectories(root.resolve("index").resolve("a.log"));

    assertThat(find(1)).isEqualTo(result);
    assertThat(foreign).hasContent("not ours");
    assertThat(unreadable).exists();
  }

  @Test
  void close_manyLogs_areCompactedIntoOneFile() throws IOException {
    Map<Digest, ActionResult> published = new HashMap<>();
    for (int i = 0; i < RECORDS; i++) {
      published.put(key(i), new ActionCache(store).publish(key(i), action(i), gives("r" + i)));
    }
    forget(key(3));
    published.remove(key(3));
    Files.delete(path(store, Folder.AC, key(4)));
    published.remove(key(4));

    assertThat(found()).isEqualTo(published);

    assertThat(indexFiles()).hasSize(1);
    assertThat(entries().keys()).containsExactlyInAnyOrderElementsOf(published.keySet());
    assertThat(found()).isEqualTo(published);
    publish(3, "again");
    assertThat(find(3)).isEqualTo(cache.find(key(3)));
  }

  @Test
  void close_indexGrownToSeveralTimesWhatIsLive_isCompacted() throws IOException {
    ActionResult result = publish(1, "one");
    Path log = files(store, Folder.INDEX).get(0);
    byte[] entry = Files.readAllBytes(log);
    for (int i = 0; i < 1000; i++) {
      Files.write(log, entry, StandardOpenOption.APPEND);
    }

    assertThat(find(1)).isEqualTo(result);

    assertThat(indexFiles()).hasSize(1);
    assertThat(indexFiles().get(0)).hasSize(entry.length);
    assertThat(find(1)).isEqualTo(result);
  }

  @Test
  void compact_nothingThere_makesNothing() throws IOException {
    cache.snapshot().compact();

    assertThat(root).isEmptyDirectory();
  }

  @Test
  void compact_mostForgotten_keepsWhatStands() throws IOException {
    Map<Digest, ActionResult> published = publishAll();
    for (int i = 1; i < RECORDS; i++) {
      forget(key(i));
    }

    cache.snapshot().compact();

    assertThat(entries().keys()).containsExactly(key(0));
    assertThat(find(0)).isEqualTo(published.get(key(0)));
  }

  @Test
  void append_logSealedByACompaction_isNotLost() throws IOException {
    publish(1, "one");
    new ActionCache(store).snapshot().compact();

    publish(2, "two");

    assertThat(indexFiles()).hasSize(2);
    assertThat(entries().keys()).containsExactlyInAnyOrder(key(1), key(2));
  }

  private IndexEntries entries() {
    return new RecordIndex(store.directory()).read().entries();
  }

  /** Damage that neither size nor modification time shows. */
  private static void spoilUnseen(Path record) throws IOException {
    FileTime modified = Files.getLastModifiedTime(record);
    Files.write(record, new byte[(int) Files.size(record)]);
    Files.setLastModifiedTime(record, modified);
  }

  private Map<Digest, ActionResult> publishAll() throws IOException {
    Map<Digest, ActionResult> published = new HashMap<>();
    for (int i = 0; i < RECORDS; i++) {
      published.put(key(i), publish(i, "result " + i));
    }
    return published;
  }

  private ActionResult publish(int version, String content) throws IOException {
    return cache.publish(key(version), action(version), gives(content));
  }

  private ActionResult gives(String content) throws IOException {
    return result(1.5, output("moments", store.put(bytes(content)), bytes(content).length));
  }

  /** As a program that starts now finds it. */
  private @Nullable ActionResult find(int version) throws IOException {
    try (Records records = new ActionCache(Store.open(root)).snapshot()) {
      return records.find(key(version));
    }
  }

  /** As a program that starts now finds them. */
  private Map<Digest, ActionResult> found() throws IOException {
    Map<Digest, ActionResult> found = new HashMap<>();
    try (Records records = new ActionCache(Store.open(root)).snapshot()) {
      for (int i = 0; i <= RECORDS; i++) {
        ActionResult result = records.find(key(i));
        if (result != null) {
          found.put(key(i), result);
        }
      }
    }
    return found;
  }

  private List<Path> indexFiles() throws IOException {
    return files(store, Folder.INDEX).stream()
        .filter(file -> !Objects.requireNonNull(file.getFileName()).toString().equals("lock"))
        .toList();
  }

  private static void delete(List<Path> files) throws IOException {
    for (Path file : files) {
      Files.delete(file);
    }
  }

  private static Digest key(int version) {
    return ActionKeys.key(action(version));
  }

  /** As a collection does. */
  private void forget(Digest key) throws IOException {
    Files.deleteIfExists(path(store, Folder.AC, key));
  }
}
