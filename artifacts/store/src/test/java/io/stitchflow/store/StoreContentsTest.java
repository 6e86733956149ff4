package io.stitchflow.store;

import static io.stitchflow.store.Actions.action;
import static io.stitchflow.store.Actions.output;
import static io.stitchflow.store.Actions.result;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.flipBit;
import static io.stitchflow.store.StoreFiles.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be listed of a store. */
class StoreContentsTest {
  @TempDir Path root;
  private Store store;
  private ActionCache cache;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(root);
    cache = new ActionCache(store);
  }

  @Test
  void store_empty_hasNothingAndIsNotMade() throws IOException {
    Store none = Store.open(root.resolve("none"));
    assertThat(new ActionCache(none).keys()).isEmpty();
    assertThat(new ActionCache(none).nondeterministicKeys()).isEmpty();
    assertThat(StoreContents.of(none).blobs()).isEmpty();
    assertThat(none.root()).doesNotExist();
  }

  @Test
  void keys_ofRecords_areAllInTheirOrderAndNothingElse() throws IOException {
    List<Digest> keys = new ArrayList<>();
    for (int version = 1; version <= 20; version++) {
      keys.add(publish(action(version), "gram " + version));
    }
    Files.writeString(root.resolve("ac").resolve("notes.txt"), "by hand");
    Files.writeString(path(store, Folder.AC, keys.get(0)).resolveSibling("copy"), "by hand");
    assertThat(cache.keys()).isEqualTo(keys.stream().sorted().toList());
  }

  @Test
  void published_ofARecord_isItsFilesTime() throws IOException {
    Digest key = publish(action(1), "gram");
    FileTime time = FileTime.from(Instant.parse("2024-02-29T12:00:00Z"));
    Files.setLastModifiedTime(path(store, Folder.AC, key), time);
    assertThat(cache.published(key)).isEqualTo(time.toInstant());
    assertThat(cache.published(Digest.of(bytes("no key")))).isNull();
  }

  @Test
  void otherResults_ofAnActionThatGaveTwo_areThoseThatDoNotStand() throws IOException {
    Digest key = publish(action(1), "one");
    assertThat(cache.nondeterministicKeys()).isEmpty();
    assertThat(cache.otherResults(key)).isEmpty();

    publish(action(1), "other");
    assertThat(cache.nondeterministicKeys()).containsExactly(key);
    assertThat(cache.otherResults(key)).containsExactly(gives("other"));

    flipBit(files(store, Folder.NONDETERMINISM).get(0), 400);
    assertThat(cache.otherResults(key)).as("damaged").isEmpty();
  }

  @Test
  void contents_areSizesOfBlobsAndOfQuarantine() throws IOException {
    Digest sound = store.put(bytes("sound"));
    Digest damaged = store.put(bytes("damaged"));
    assertThat(StoreContents.of(store).blobs()).isEqualTo(Map.of(sound, 5L, damaged, 7L));
    assertThat(StoreContents.of(store).bytes()).isEqualTo(12);
    flipBit(path(store, Folder.CAS, damaged), 3);
    assertThatThrownBy(() -> Store.open(root).open(damaged))
        .isInstanceOf(MissingBlobException.class);
    StoreContents contents = StoreContents.of(store);
    assertThat(contents.blobs()).isEqualTo(Map.of(sound, 5L));
    assertThat(contents.quarantined()).isEqualTo(1);
    assertThat(contents.quarantinedBytes()).isEqualTo(7);
  }

  @Test
  void runFile_outsideOfRuns_isRefused() {
    assertThatThrownBy(() -> store.runs().write(root.resolve("cas").resolve("x"), bytes("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a run's files are under");
    assertThat(root.resolve("cas")).doesNotExist();
  }

  private Digest publish(Action action, String content) throws IOException {
    Digest key = ActionKeys.key(action);
    var unused = cache.publish(key, action, gives(content));
    return key;
  }

  private ActionResult gives(String content) throws IOException {
    return result(1, output("moments", store.put(bytes(content)), content.length()));
  }
}
