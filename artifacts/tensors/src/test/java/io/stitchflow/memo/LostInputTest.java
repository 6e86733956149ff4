package io.stitchflow.memo;

import static io.stitchflow.store.Actions.reading;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blobs that are deleted or cut short after a stage has opened them. */
class LostInputTest {
  private static final int BYTES = 1 << 20;

  @TempDir Path temporary;
  private final byte[] content = new byte[BYTES];
  private Store store;
  private Digest blob;

  /** What happens to the blob's file while the stage reads it. */
  private interface Reading {
    void read(Path file) throws IOException;
  }

  @BeforeEach
  void putBlob() throws IOException {
    store = Store.open(temporary.resolve("store"));
    blob = store.put(content);
  }

  @Test
  void get_inputCutShortWhileMapped_namesStoreAndBlobAndTheNextRunRecovers() throws IOException {
    assertIsTheStoresFault(
        file -> {
          try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer mapped = channel.map(MapMode.READ_ONLY, 0, BYTES);
            cutShort(file, 0);
            byte[] copy = new byte[BYTES];
            mapped.get(copy);
            throw new AssertionError("read " + copy.length + " bytes that are gone");
          }
        });
    assertThat(names(files(store, Folder.QUARANTINE))).containsExactly(blob.hex());
  }

  @Test
  void get_inputCutShortBeforeItIsMapped_namesStoreAndBlobAndTheNextRunRecovers()
      throws IOException {
    assertIsTheStoresFault(
        file -> {
          cutShort(file, BYTES / 2);
          TensorFile.open(file).close();
        });
    assertThat(names(files(store, Folder.QUARANTINE))).containsExactly(blob.hex());
  }

  @Test
  void get_inputDeletedAfterItWasOpened_namesStoreAndBlobAndTheNextRunRecovers()
      throws IOException {
    assertIsTheStoresFault(
        file -> {
          Files.delete(file);
          Files.readAllBytes(file);
        });
  }

  @Test
  void get_inputWholeAndTheStageFails_isReportedAsItIs() {
    assertThatThrownBy(
            () ->
                get(
                    file -> {
                      throw new IllegalStateException("the network has no such layer");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the network has no such layer");
    assertThat(store.isFaulty()).isFalse();
  }

  @Test
  void get_unknownMappedFileFails_namesTheStore() {
    assertThatThrownBy(
            () ->
                get(
                    file -> {
                      throw new IllegalStateException(
                          new InternalError(
                              "a fault occurred in a recent unsafe memory access operation in"
                                  + " compiled Java code"));
                    }))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(store.location())
        .hasMessageContaining("verify --repair");
    assertThat(store.isFaulty()).isTrue();
  }

  private void assertIsTheStoresFault(Reading reading) throws IOException {
    assertThatThrownBy(() -> get(reading))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(store.location() + ": cas/" + blob.hex().substring(0, 2))
        .hasMessageContaining("was deleted or altered while a stage read it; run again");
    assertThat(store.isFaulty()).isTrue();
    assertThat(files(store, Folder.TMP)).isEmpty();

    assertThatThrownBy(() -> store.open(blob)).isInstanceOf(MissingBlobException.class);
    store.put(content); // as the stage that made it does, which the next run starts again
    assertThat(get(file -> assertThat(Digest.of(file)).isEqualTo(blob)).outcome())
        .isEqualTo(Outcome.RAN);
  }

  private Memo.Answer get(Reading reading) throws IOException {
    StageExecutor executor =
        (runs, progress) -> {
          Path out = runs.get(0).output("moments");
          Files.write(out, bytes("half"));
          reading.read(runs.get(0).input("gram"));
        };
    Memo.Request request = new Memo.Request(reading("gram", blob), 1, true, List.of());
    return new Memo(store).get(List.of(request), executor, store::open, share -> {}).get(0);
  }

  private static void cutShort(Path file, long size) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }
}
