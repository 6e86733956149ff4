package io.stitchflow.memo;

import static io.stitchflow.store.Actions.action;
import static io.stitchflow.store.StoreFiles.files;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.faults.Disk;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StoreFormat;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store whose disk fills up at any point: on a disk in memory, and on a small tmpfs too where
 * tests may mount one.
 */
class FullDiskTest {
  private static final int BYTES = 1 << 19;
  private static final int PAGE_BYTES = 4096;
  private static final int ACTIONS = 4;
  private static final int OUTPUT_BYTES = 5000;

  @TempDir Path temporary;
  private @Nullable Path mounted;

  /** Runs on a disk of {@link #BYTES}. */
  private interface OnDisk {
    void run(Path disk) throws IOException;
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted != null) {
      assertThat(command("umount", "--lazy", mounted.toString())).isZero();
    }
  }

  @Test
  void publish_diskFullAnywhere_saysSoAndLeavesWholeThingsAndGoesOn() throws Exception {
    onEachDisk(
        disk -> {
          Store store = Store.open(disk.resolve("store"));
          publish(store, 0);
          for (int failing = 1; failing < ACTIONS; failing++) {
            publishWithMoreAndMoreSpace(store, failing, disk);
          }
        });
  }

  @Test
  void publish_diskFullFromTheStart_leavesNothingHalf() throws Exception {
    onEachDisk(
        disk -> {
          int failed = 0;
          for (int left = 0; left < 4 * PAGE_BYTES; left += step(disk)) {
            Path root = disk.resolve("store " + left);
            leave(disk, left);
            if (!published(Store.open(root), 0)) {
              failed++;
              assertThat(files(root)).as("%s bytes left", left).allMatch(FullDiskTest::isWhole);
            }
            Files.delete(filler(disk));
            assertThat(published(Store.open(root), 0)).as("%s bytes left", left).isTrue();
          }
          assertThat(failed).isPositive();
        });
  }

  @Test
  void get_diskFull_neverGivesAnythingWrongAndGoesOn() throws Exception {
    onEachDisk(
        disk -> {
          Path root = disk.resolve("store");
          get(Store.open(root), 0);
          for (int left = 0; left < 6 * PAGE_BYTES; left += step(disk)) {
            leave(disk, left);
            for (int i = 0; i < ACTIONS; i++) {
              try {
                get(Store.open(root), i);
              } catch (StoreException e) {
                assertSaysWhatToDo(e, root);
              }
            }
            assertSound(Store.open(root));
            Files.delete(filler(disk));
            for (int i = 0; i < ACTIONS; i++) {
              get(Store.open(root), i);
              assertSound(Store.open(root));
            }
            for (int i = 1; i < ACTIONS; i++) {
              forget(Store.open(root), i);
            }
          }
        });
  }

  /** Gives the disk a little more space each time, until everything up to that action fits. */
  private static void publishWithMoreAndMoreSpace(Store store, int failing, Path disk)
      throws IOException {
    boolean published = false;
    for (int left = 0; !published; left += step(disk)) {
      leave(disk, left);
      published = published(store, failing);
      assertThat(published && left == 0).isFalse();
      assertThat(files(store, Folder.TMP)).as("%s bytes left", left).isEmpty();
      assertSound(store);
      for (int earlier = 0; earlier < failing; earlier++) {
        ActionResult result = new ActionCache(store).find(ActionKeys.key(action(earlier + 1)));
        assertThat(result != null && new Memo(store).verified(result)).isTrue();
      }
    }
    Files.delete(filler(disk));
  }

  /** Whether there was space for it; anything but a full disk is a failure of this test. */
  private static boolean published(Store store, int i) throws IOException {
    try {
      publish(store, i);
      return true;
    } catch (StoreException e) {
      assertSaysWhatToDo(e, store.root());
      return false;
    }
  }

  private static void publish(Store store, int i) throws IOException {
    Path file = store.newTemporary();
    Digest large;
    try {
      Files.write(file, content(i));
      large = store.put(file);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw store.directory().explain(file, e);
    }
    byte[] small = StoreFiles.bytes("small " + i);
    ActionResult result =
        Actions.result(
            1,
            Actions.output("large", large, OUTPUT_BYTES),
            Actions.output("small", store.put(small), small.length));
    new ActionCache(store).publish(ActionKeys.key(action(i + 1)), action(i + 1), result);
  }

  /** As long as this does not fail, what it gives is right. */
  private static void get(Store store, int i) throws IOException {
    StageExecutor executor =
        (runs, progress) -> {
          Files.write(runs.get(0).output("large"), content(i));
          Files.writeString(runs.get(0).output("small"), "small " + i);
        };
    Memo.Request request = new Memo.Request(action(i + 1), 1, true, List.of());
    ActionResult result =
        new Memo(store).get(List.of(request), executor, store::open, share -> {}).get(0).result();
    assertThat(result.getOutputList())
        .extracting(Output::getDigest)
        .containsExactly(
            Digest.of(content(i)).bytes(), Digest.of(StoreFiles.bytes("small " + i)).bytes());
  }

  private static void forget(Store store, int i) throws IOException {
    Digest key = ActionKeys.key(action(i + 1));
    for (Path path :
        List.of(
            StoreFiles.path(store, Folder.AC, key),
            StoreFiles.path(store, Folder.ACTION, key),
            StoreFiles.blob(store, Digest.of(content(i))),
            StoreFiles.blob(store, Digest.of(StoreFiles.bytes("small " + i))))) {
      Files.delete(path);
    }
  }

  private static void assertSaysWhatToDo(StoreException e, Path root) {
    assertThat(e)
        .hasMessageContaining(root.toString())
        .hasMessageContaining("the disk is full")
        .hasMessageContaining("free some space");
  }

  /** Every file under a final name is whole. */
  private static void assertSound(Store store) throws IOException {
    for (Folder folder : List.of(Folder.CAS, Folder.ACTION)) {
      assertThat(files(store, folder)).allMatch(FullDiskTest::isWhole);
    }
    for (Path record : files(store, Folder.AC)) {
      Digest key = new Digest(record.getFileName().toString());
      ActionResult result = new ActionCache(store).find(key);
      assertThat(result != null && new Memo(store).verified(result)).isTrue();
    }
    assertThat(files(store, Folder.QUARANTINE)).isEmpty();
  }

  private static boolean isWhole(Path file) {
    try {
      String name = file.getFileName().toString();
      return name.equals(StoreFormat.NAME)
          ? Files.readString(file).equals(StoreFormat.CONTENT)
          : Digest.of(file).hex().equals(name);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] content(int i) {
    byte[] content = new byte[OUTPUT_BYTES];
    new Random(i).nextBytes(content);
    return content;
  }

  /** Fills the disk but for so many bytes. */
  private static void leave(Path disk, int bytes) throws IOException {
    Path filler = filler(disk);
    Files.deleteIfExists(filler);
    try (OutputStream out = Files.newOutputStream(filler, StandardOpenOption.CREATE_NEW)) {
      byte[] block = new byte[PAGE_BYTES];
      for (long left = usable(disk); left > bytes; left = usable(disk)) {
        out.write(block, 0, (int) Math.min(block.length, left - bytes));
      }
    }
  }

  private static long usable(Path disk) throws IOException {
    return Files.getFileStore(disk).getUsableSpace();
  }

  private static Path filler(Path disk) {
    return disk.resolve("filler");
  }

  /** The kernel gives pages, the model bytes. */
  private static int step(Path disk) {
    return disk.getFileSystem().equals(Path.of("/").getFileSystem()) ? PAGE_BYTES : 333;
  }

  private void onEachDisk(OnDisk test) throws Exception {
    Disk disk = new Disk();
    disk.limit(BYTES);
    test.run(disk.path("/"));
    Path mount = Files.createDirectory(temporary.resolve("mount"));
    if (command("mount", "-t", "tmpfs", "-o", "size=" + BYTES, "tmpfs", mount.toString()) == 0) {
      mounted = mount;
      test.run(mount);
    }
  }

  /** The command's exit code, or -1 where there is none of that name. */
  private static int command(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1;
    }
  }
}
