package io.stitchflow.store;

import static io.stitchflow.store.StoreFiles.blob;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.flipBit;
import static io.stitchflow.store.StoreFiles.names;
import static io.stitchflow.store.StoreFiles.overwrite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  @TempDir Path temporary;
  private Path root;
  private Store store;

  @BeforeEach
  void openStore() throws IOException {
    root = temporary.resolve("cache/store");
    store = Store.open(root);
  }

  @Test
  void open_absentDirectory_makesNothing() throws IOException {
    Digest digest = Digest.of(bytes("weights"));

    assertThat(store.find(digest)).isNull();
    assertThatThrownBy(() -> store.open(digest)).isInstanceOf(MissingBlobException.class);
    assertThat(new ActionCache(store).find(digest)).isNull();

    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void hold_blobDropped_keepsItsBytesForWhoHoldsIt() throws IOException {
    Digest digest = store.put(bytes("weights"));
    try (Store.Held held = store.hold(digest)) {
      store.drop(digest);
      assertThat(store.find(digest)).isNull();
      assertThatThrownBy(() -> store.hold(digest)).isInstanceOf(MissingBlobException.class);
      assertThat(held.path()).hasBinaryContent(bytes("weights"));
      assertThat(store.put(bytes("weights"))).isEqualTo(digest);
    }
    assertThat(store.open(digest)).hasBinaryContent(bytes("weights"));
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void drop_nothingThere_isNoError() throws IOException {
    store.drop(Digest.of(bytes("weights")));
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void put_bytes_areFoundUnderTheirDigest() throws IOException {
    Digest digest = store.put(bytes("weights"));

    assertThat(digest).isEqualTo(Digest.of(bytes("weights")));
    assertThat(store.find(digest)).isEqualTo(blob(store, digest));
    assertThat(store.find(digest, 7)).isEqualTo(blob(store, digest));
    assertThat(store.find(digest, 8)).isNull();
    assertThat(store.open(digest)).hasBinaryContent(bytes("weights"));
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void put_temporaryFile_isTakenOver() throws IOException {
    Path file = store.newTemporary();
    assertThat(file).doesNotExist();
    Files.write(file, bytes("tensor"));

    Digest digest = store.put(file);

    assertThat(digest).isEqualTo(Digest.of(bytes("tensor")));
    assertThat(file).doesNotExist();
    assertThat(store.open(digest)).hasBinaryContent(bytes("tensor"));
  }

  @Test
  void put_temporaryFile_isLinkedSoThatNobodySeesHalfOfIt() throws IOException {
    Path file = store.newTemporary();
    Files.write(file, bytes("tensor"));
    FileState written = FileState.of(file);

    Digest digest = store.put(file);

    assertThat(FileState.of(blob(store, digest))).isEqualTo(written);
  }

  @Test
  void put_emptyFile_isABlobLikeAnyOther() throws IOException {
    assertThat(store.open(store.put(new byte[0]))).isEmptyFile();
  }

  @Test
  void put_fileFromElsewhere_isRefused() throws IOException {
    Path file = Files.write(temporary.resolve("mine"), bytes("mine"));

    assertThatThrownBy(() -> store.put(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString());
    assertThat(file).exists();
  }

  @Test
  void put_nothingWritten_isRefused() throws IOException {
    Path file = store.newTemporary();

    assertThatThrownBy(() -> store.put(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void put_blobThere_keepsTheFirstFile() throws IOException {
    Digest digest = store.put(bytes("weights"));
    FileState first = FileState.of(blob(store, digest));
    Path again = store.newTemporary();
    Files.write(again, bytes("weights"));

    store.put(again);
    store.put(bytes("weights"));

    assertThat(FileState.of(blob(store, digest))).isEqualTo(first);
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void put_damagedBlobThere_quarantinesAndReplacesIt() throws IOException {
    Digest digest = store.put(bytes("weights"));
    overwrite(blob(store, digest), bytes("wrights"));

    store.put(bytes("weights"));

    assertThat(store.open(digest)).hasBinaryContent(bytes("weights"));
    assertThat(files(store, Folder.QUARANTINE))
        .singleElement()
        .satisfies(file -> assertThat(file).hasBinaryContent(bytes("wrights")));
  }

  @Test
  void put_everything_isPrivateAndBlobsAreReadOnly() throws IOException {
    Path file = store.newTemporary();
    Files.write(file, bytes("tensor"));
    Digest digest = store.put(file);

    assertThat(permissions(blob(store, digest))).isEqualTo("r--------");
    assertThat(permissions(root.resolve("FORMAT"))).isEqualTo("rw-------");
    try (Stream<Path> all = Files.walk(root)) {
      assertThat(all.filter(Files::isDirectory))
          .isNotEmpty()
          .allSatisfy(directory -> assertThat(permissions(directory)).isEqualTo("rwx------"));
    }
  }

  @Test
  void open_blobAltered_isQuarantinedAndReportedMissing() throws IOException {
    Digest digest = store.put(bytes("weights"));
    overwrite(blob(store, digest), bytes("wrights"));

    assertThatThrownBy(() -> store.open(digest))
        .isInstanceOf(MissingBlobException.class)
        .hasMessageContaining("cas/" + digest.hex().substring(0, 2))
        .hasMessageContaining(Digest.of(bytes("wrights")).hex())
        .hasMessageContaining("quarantine/");
    assertThat(store.find(digest)).isNull();
    assertThat(names(files(store, Folder.QUARANTINE))).containsExactly(digest.hex());
  }

  @Test
  void open_anyBitFlipped_isNeverHandedOut() throws IOException {
    byte[] content = bytes("weights");
    for (int bit = 0; bit < 8 * content.length; bit++) {
      Digest digest = store.put(content);
      flipBit(blob(store, digest), bit);

      assertThatThrownBy(() -> store.open(digest)).isInstanceOf(MissingBlobException.class);
    }
    assertThat(files(store, Folder.QUARANTINE)).hasSize(8 * content.length);
  }

  @Test
  void open_alteredBeforeThisProcess_isQuarantined() throws IOException {
    Digest digest = store.put(bytes("weights"));
    overwrite(blob(store, digest), bytes("wrights"));
    Store nextProcess = Store.open(root);

    assertThat(nextProcess.find(digest)).isNotNull(); // a look-up does not read
    assertThatThrownBy(() -> nextProcess.open(digest)).isInstanceOf(MissingBlobException.class);
    assertThat(nextProcess.find(digest)).isNull();
  }

  @Test
  void open_truncatedExtendedOrEmptied_isReportedMissing() throws IOException {
    for (String damage : List.of("", "weight", "weights+")) {
      Digest digest = store.put(bytes("weights"));
      overwrite(blob(store, digest), bytes(damage));

      assertThat(store.find(digest)).as(damage).isNull();
      assertThatThrownBy(() -> store.open(digest)).isInstanceOf(MissingBlobException.class);
    }
  }

  @Test
  void open_deletedOrReplacedByADirectory_isReportedMissingAndHeals() throws IOException {
    Digest digest = store.put(bytes("weights"));
    Files.delete(blob(store, digest));
    assertThatThrownBy(() -> store.open(digest)).isInstanceOf(MissingBlobException.class);

    Files.createDirectory(blob(store, digest));
    assertThatThrownBy(() -> store.open(digest)).isInstanceOf(MissingBlobException.class);

    store.put(bytes("weights"));
    assertThat(store.open(digest)).hasBinaryContent(bytes("weights"));
  }

  @Test
  void open_twice_hashesOnlyWhatChanged() throws IOException {
    Digest small = putAltered(bytes("weights"));
    Digest large = putAltered(new byte[VerifiedBlobs.LARGE_BYTES]);

    for (Digest digest : List.of(small, large)) {
      assertThat(store.open(digest)).exists();
      assertThatThrownBy(() -> Store.open(root).open(digest))
          .isInstanceOf(MissingBlobException.class);
    }
  }

  @Test
  void open_smallBlobAfterManyOthers_isHashedAgain() throws IOException {
    Digest small = putAltered(bytes("weights"));
    Digest large = putAltered(new byte[VerifiedBlobs.LARGE_BYTES]);
    for (int i = 0; i < VerifiedBlobs.SMALL_BLOBS_REMEMBERED; i++) {
      store.put(bytes("other" + i));
    }

    assertThatThrownBy(() -> store.open(small)).isInstanceOf(MissingBlobException.class);
    assertThat(store.open(large)).exists();
  }

  /**
   * A blob with another first byte than was put: the one alteration that is not seen within a
   * process, since size, time and inode stay.
   */
  private Digest putAltered(byte[] content) throws IOException {
    Digest digest = store.put(content);
    Path blob = blob(store, digest);
    FileState whole = FileState.of(blob);
    byte[] altered = content.clone();
    altered[0]++;
    Files.setPosixFilePermissions(blob, PosixFilePermissions.fromString("rw-------"));
    Files.write(blob, altered);
    Files.setLastModifiedTime(blob, whole.modified());
    assertThat(FileState.of(blob)).isEqualTo(whole);
    return digest;
  }

  @Test
  void quarantine_fileReplacedByAWholeOneMeanwhile_leavesThatOne() throws IOException {
    Digest digest = store.put(bytes("weights"));
    Path blob = blob(store, digest);
    FileState damaged = new FileState(3, Files.getLastModifiedTime(blob), null);

    store.directory().quarantine(blob, damaged);

    assertThat(store.open(digest)).hasBinaryContent(bytes("weights"));
    assertThat(files(store, Folder.QUARANTINE)).isEmpty();
  }

  @Test
  void put_manyThreadsAndStores_leaveOneWholeBlob() throws Exception {
    byte[] content = new byte[1 << 16];
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Digest>> puts = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        Store own = i % 2 == 0 ? store : Store.open(root);
        puts.add(() -> own.put(content));
      }
      for (Future<Digest> put : threads.invokeAll(puts)) {
        assertThat(put.get()).isEqualTo(Digest.of(content));
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(names(files(store, Folder.CAS))).containsExactly(Digest.of(content).hex());
    assertThat(files(store, Folder.TMP)).isEmpty();
    assertThat(files(store, Folder.QUARANTINE)).isEmpty();
  }

  @Test
  void format_firstWrite_isVersionOne() throws IOException {
    store.put(bytes("weights"));

    assertThat(root.resolve("FORMAT")).hasContent("stitchflow 1\n");
    assertThat(Store.open(root).find(Digest.of(bytes("weights")))).isNotNull();
  }

  @Test
  void format_newerMinor_isRead() throws IOException {
    writeFormat("stitchflow 1.7\n");

    store.put(bytes("weights"));

    assertThat(root.resolve("FORMAT")).hasContent("stitchflow 1.7\n");
  }

  @Test
  void format_newerMajor_isRefusedBeforeAnyWrite() throws IOException {
    writeFormat("stitchflow 2\n");

    assertThatThrownBy(() -> Store.open(root))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(root.resolve("FORMAT").toString())
        .hasMessageContaining("format 2")
        .hasMessageContaining("newer stitchflow");
    assertThatThrownBy(() -> store.put(bytes("weights"))).isInstanceOf(StoreException.class);
    assertThat(names(files(root))).containsExactly("FORMAT");
  }

  @Test
  void format_garbageOrEmpty_isRefusedWithWhatItSays() throws IOException {
    for (String garbage : List.of("", "stitchflow\n", "stitchflow 0\n", "bazel 1\n")) {
      writeFormat(garbage);

      assertThatThrownBy(() -> Store.open(root))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(root.resolve("FORMAT").toString());
    }
  }

  @Test
  void open_directoryOfSomethingElse_isRefused() throws IOException {
    Files.createDirectories(root);
    Files.write(root.resolve("thesis.tex"), bytes("mine"));

    assertThatThrownBy(() -> Store.open(root))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("thesis.tex")
        .hasMessageContaining("--store");
  }

  @Test
  void open_emptyDirectory_becomesAStore() throws IOException {
    Files.createDirectories(root.resolve("lost+found"));
    Files.createDirectories(root.resolve("datasets"));

    Store.open(root).put(bytes("weights"));

    assertThat(root.resolve("FORMAT")).exists();
  }

  @Test
  void open_file_isRefused() throws IOException {
    Path file = Files.write(temporary.resolve("file"), bytes("mine"));

    assertThatThrownBy(() -> Store.open(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file + ": is not a directory");
  }

  @Test
  void put_fileWhereAFolderBelongs_saysSo() throws IOException {
    Files.createDirectories(root);
    Files.write(root.resolve("cas"), bytes("mine"));

    assertThatThrownBy(() -> store.put(bytes("weights")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(root.resolve("cas").toString())
        .hasMessageContaining("directory");
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void explain_diskFullAndReadOnly_sayWhatToDo() throws IOException {
    store.put(bytes("weights"));
    Path file = root.resolve("tmp/x");

    assertThat(explained(file, "No space left on device"))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("the disk is full")
        .hasMessageContaining("MiB left");
    assertThat(explained(file, "Read-only file system"))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not permitted (Read-only file system)");
  }

  private IOException explained(Path file, String reason) {
    return store.directory().explain(file, new FileSystemException(file.toString(), null, reason));
  }

  private void writeFormat(String line) throws IOException {
    Files.createDirectories(root);
    Files.writeString(root.resolve("FORMAT"), line);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
