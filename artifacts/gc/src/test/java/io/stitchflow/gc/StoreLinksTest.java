package io.stitchflow.gc;

import static io.stitchflow.gc.AgedStore.OLD;
import static io.stitchflow.gc.AgedStore.age;
import static io.stitchflow.gc.AgedStore.dataset;
import static io.stitchflow.gc.AgedStore.everything;
import static io.stitchflow.store.StoreFiles.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StoreException;
import io.stitchflow.gc.AgedStore.Made;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Symbolic links in a store: nothing outside it is read, changed or deleted through one. */
class StoreLinksTest {
  @TempDir Path temporary;
  private Path root;
  private Path victim;
  private AgedStore aged;
  private Made made;

  @BeforeEach
  void fillStore() throws IOException {
    root = temporary.resolve("store");
    victim = Files.createDirectories(temporary.resolve("victim"));
    aged = new AgedStore(root);
    made = aged.make(dataset(), "dataset", 1);
    aged.age(OLD);
    Path precious = Files.write(victim.resolve("precious"), bytes("precious"));
    age(precious, OLD.multipliedBy(100));
  }

  @Test
  void open_anyFolderLinked_isRefusedAndTheFolderNamed() throws IOException {
    for (Folder folder : Folder.values()) {
      Path linked = root.resolve(folder.folderName());
      Path kept = temporary.resolve("kept");
      boolean there = Files.exists(linked);
      if (there) {
        Files.move(linked, kept);
      }
      Files.createSymbolicLink(linked, victim);

      assertRefused(linked, () -> Store.open(root));

      Files.delete(linked);
      if (there) {
        Files.move(kept, linked);
      }
    }
    Store.open(root);
  }

  @Test
  void anyFolderLinkedWhileTheStoreIsOpen_collectNeverDeletesBehindIt() throws IOException {
    for (Folder folder :
        List.of(Folder.TMP, Folder.QUARANTINE, Folder.CAS, Folder.PINS, Folder.GC, Folder.LEASE)) {
      Path linked = root.resolve(folder.folderName());
      if (Files.exists(linked)) {
        StoreFiles.deleteAll(linked);
      }
      Files.createSymbolicLink(linked, victim);

      assertRefused(linked, () -> aged.collector().collect(everything()));
      assertRefused(linked, () -> aged.collector().plan(everything()));

      Files.delete(linked);
    }
  }

  @Test
  void collect_shardLinked_isRefusedAndNothingBehindItGoes() throws IOException {
    for (Path file : List.of(aged.blob(made), aged.record(made), aged.action(made))) {
      Path shard = file.resolveSibling("");
      Path moved = victim.resolve(root.relativize(shard).toString().replace('/', '-'));
      Files.move(shard, moved);
      Files.createSymbolicLink(shard, moved);

      assertRefused(shard, () -> aged.collector().collect(everything()));
      assertRefused(shard, () -> new StoreVerifier(aged.store, 1, 0).repair());

      assertThat(moved.resolve(file.getFileName().toString())).exists();
      Files.delete(shard);
      Files.move(moved, shard);
    }
  }

  @Test
  void blobs_shardLinked_areNeitherServedNorPutNorDropped() throws IOException {
    Path shard = aged.blob(made).resolveSibling("");
    Path moved = victim.resolve("shard");
    Files.move(shard, moved);
    Files.createSymbolicLink(shard, moved);
    Store store = Store.open(root);

    assertRefused(shard, () -> store.open(made.blob()));
    assertRefused(shard, () -> store.put(bytes("dataset")));
    assertRefused(shard, () -> store.drop(made.blob()));

    assertThat(moved.resolve(made.blob().hex())).hasContent("dataset");
  }

  @Test
  void undo_trashLinked_isRefused() throws IOException {
    String id = aged.collector().collect(everything()).id();
    Path trash = root.resolve("gc").resolve(id);
    Path moved = victim.resolve("trash");
    Files.move(trash, moved);
    Files.createSymbolicLink(trash, moved);

    assertRefused(trash, () -> aged.collector().undo());
    assertRefused(trash, () -> aged.collector().purge());

    assertThat(StoreFiles.files(moved)).isNotEmpty();
  }

  @Test
  void open_blobLinkedToTheSameBytes_isNotServed() throws IOException {
    Path outside = Files.write(victim.resolve("copy"), bytes("dataset"));
    Files.delete(aged.blob(made));
    Files.createSymbolicLink(aged.blob(made), outside);
    Store store = Store.open(root);

    assertThat(store.find(made.blob())).isNull();
    assertThatThrownBy(() -> store.open(made.blob()))
        .isInstanceOf(MissingBlobException.class)
        .hasMessageContaining("is not a file");

    assertThat(store.put(bytes("dataset"))).isEqualTo(made.blob());
    assertThat(store.open(made.blob())).isRegularFile().hasContent("dataset");
    assertThat(outside).hasContent("dataset");
  }

  @Test
  void find_recordOrActionLinked_isAMiss() throws IOException {
    for (Path file : List.of(aged.record(made), aged.action(made))) {
      Path outside = victim.resolve(root.relativize(file).toString().replace('/', '-'));
      Files.move(file, outside);
      Files.createSymbolicLink(file, outside);
    }
    ActionCache cache = new ActionCache(Store.open(root));

    assertThat(cache.find(made.key())).isNull();
    assertThat(cache.actions().find(made.key())).isNull();
  }

  @Test
  void open_rootLinked_works() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), root);
    Store store = Store.open(link);

    assertThat(store.open(made.blob())).hasContent("dataset");
    assertThat(
            new GarbageCollector(store, InstantSource.system(), AgedStore::eviction)
                .collect(everything()))
        .isNotNull();
  }

  @Test
  void open_wayToTheRootBlocked_isRefusedAndNamesWhatIsInTheWay() throws IOException {
    Path file = Files.write(temporary.resolve("experiment.textproto"), bytes("mine"));
    Path loop = Files.createSymbolicLink(temporary.resolve("loop"), temporary.resolve("loop"));
    Path dangling = Files.createSymbolicLink(temporary.resolve("old"), temporary.resolve("gone"));

    assertNoStoreAt(file.resolve("x"), file + ": is not a directory");
    assertNoStoreAt(file.resolve("x/y/z"), file + ": is not a directory");
    assertNoStoreAt(loop, loop + ": its symbolic links form a loop");
    assertNoStoreAt(loop.resolve("x"), "its symbolic links form a loop");
    assertNoStoreAt(dangling, dangling + ": is a symbolic link to " + temporary.resolve("gone"));
    assertNoStoreAt(dangling.resolve("x"), dangling + ": is a symbolic link to");
    assertNoStoreAt(temporary.resolve("x".repeat(300)), "too long");
  }

  private static void assertNoStoreAt(Path root, String why) {
    assertThatThrownBy(() -> Store.open(root))
        .as("%s", root)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("Exception");
  }

  private void assertRefused(Path linked, ThrowingCallable call) throws IOException {
    assertThatThrownBy(call)
        .as("%s", linked)
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(linked + ": is a symbolic link")
        .hasMessageContaining("remove the link");
    assertThat(victim.resolve("precious")).hasContent("precious");
  }
}
