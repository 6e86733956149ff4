package io.stitchflow.memo;

import static io.stitchflow.gc.AgedStore.OLD;
import static io.stitchflow.gc.AgedStore.dataset;
import static io.stitchflow.gc.AgedStore.everything;
import static io.stitchflow.store.StoreFiles.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.StoreException;
import io.stitchflow.gc.AgedStore;
import io.stitchflow.gc.AgedStore.Made;
import io.stitchflow.gc.Pins;
import io.stitchflow.gc.StoreVerifier;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Records;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.TrainingState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * FIFOs, devices and files without end in the place of a store's files: none blocks a reader, none
 * is read into memory, all are damage.
 */
@Timeout(120)
class OddFilesTest {
  private static final long HUGE_BYTES = 8L << 30;

  @TempDir Path temporary;
  private Path root;
  private AgedStore aged;
  private Made made;

  private interface Replacement {
    void put(Path file) throws Exception;
  }

  /** By what it is called in messages of this test. */
  private static final Map<String, Replacement> ODD = new LinkedHashMap<>();

  static {
    ODD.put("a FIFO", OddFilesTest::makeFifo);
    ODD.put("a link to /dev/zero", file -> Files.createSymbolicLink(file, Path.of("/dev/zero")));
    ODD.put(
        "8 GB",
        file -> {
          try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(HUGE_BYTES);
          }
        });
  }

  @BeforeEach
  void fillStore() throws IOException {
    root = temporary.resolve("store");
    aged = new AgedStore(root);
    made = aged.make(dataset(), "dataset", 1);
  }

  @Test
  void open_oddFormat_isRefusedWithASentence() throws Exception {
    Path format = root.resolve("FORMAT");
    for (Map.Entry<String, Replacement> odd : ODD.entrySet()) {
      Files.delete(format);
      odd.getValue().put(format);

      assertThatThrownBy(() -> Store.open(root))
          .as(odd.getKey())
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(format + ": is not a regular file of at most 4096 bytes")
          .hasMessageContaining("--store");
    }
  }

  @Test
  void oddRecordActionOrBlob_isAMissAndHeals() throws Exception {
    // hashing 8 GB proves nothing that a FIFO and a device do not
    for (String odd : List.of("a FIFO", "a link to /dev/zero")) {
      replace(aged.blob(made), odd);
      assertHeals(odd);
    }
    for (String odd : ODD.keySet()) {
      replace(aged.record(made), odd);
      assertHeals(odd);
      replace(aged.action(made), odd);
      assertHeals(odd);
    }
  }

  private void assertHeals(String odd) throws IOException {
    AgedStore again = new AgedStore(root);
    assertThat(again.isWhole(made)).as(odd).isFalse();
    assertThat(new StoreVerifier(again.store, 1, 0).repair()).as(odd).isNotNull();
    again.make(dataset(), "dataset", 1);
    assertThat(again.isWhole(made)).as(odd).isTrue();
    assertThat(again.store.open(made.blob())).as(odd).hasContent("dataset");
  }

  @Test
  void records_oddIndex_areReadAllTheSame() throws Exception {
    for (String odd : ODD.keySet()) {
      replace(root.resolve("index/0-odd.log"), odd);
      ActionCache cache = new ActionCache(Store.open(root));
      try (Records records = cache.snapshot()) {
        assertThat(records.find(made.key())).as(odd).isEqualTo(made.result());
      }
      cache.snapshot().compact();
      try (Records records = cache.snapshot()) {
        assertThat(records.find(made.key())).as(odd).isEqualTo(made.result());
      }
    }
  }

  @Test
  void collect_oddPin_isRefusedAndUnpinRemovesIt() throws Exception {
    Pins pins = new Pins(aged.store);
    pins.pin("paper", List.of(made.key()));
    for (String odd : ODD.keySet()) {
      replace(root.resolve("pins/paper"), odd);

      assertThatThrownBy(() -> aged.collector().collect(everything()))
          .as(odd)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("pins/paper: is damaged");
      assertThat(pins.unpin("paper")).as(odd).isTrue();
    }
  }

  @Test
  void oddLease_blocksNoRunAndNoCollection() throws Exception {
    Path lease = StoreFiles.path(aged.store, Folder.LEASE, made.key());
    Files.createDirectories(lease.resolveSibling(""));
    for (String odd : ODD.keySet()) {
      replace(lease, odd);
      aged.collector().plan(everything());
      aged.collector().collect(everything());

      replace(lease, odd);
      Memo.Request request = new Memo.Request(Actions.action(7), 1, true, List.of());
      Path mine = StoreFiles.path(aged.store, Folder.LEASE, ActionKeys.key(Actions.action(7)));
      Files.createDirectories(mine.resolveSibling(""));
      replace(mine, odd);
      StageExecutor executor =
          (runs, progress) -> Files.write(runs.get(0).output("moments"), bytes(odd));
      assertThat(new Memo(aged.store).get(List.of(request), executor, aged.store::open, s -> {}))
          .hasSize(1);
    }
  }

  @Test
  void find_oddCheckpoint_isNoneAndGoes() throws Exception {
    Path file = StoreFiles.path(aged.store, Folder.CHECKPOINT, made.key());
    Files.createDirectories(file.resolveSibling(""));
    for (String odd : ODD.keySet()) {
      replace(file, odd);
      KeyCheckpoint checkpoint =
          new KeyCheckpoint(aged.store.directory(), made.key(), Duration.ZERO, System::nanoTime);

      assertThat(checkpoint.find(TrainingState.parser())).as(odd).isNull();
      assertThat(Files.exists(file)).as(odd).isFalse();
    }
  }

  @Test
  void undo_oddManifest_saysThatItIsDamaged() throws Exception {
    aged.age(OLD);
    String id = aged.collector().collect(everything()).id();
    for (String odd : ODD.keySet()) {
      replace(root.resolve("gc").resolve(id).resolve("manifest"), odd);

      assertThatThrownBy(() -> aged.collector().undo())
          .as(odd)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("manifest: is damaged");
    }
  }

  @Test
  void collect_oddLockAndLeftovers_continues() throws Exception {
    for (String odd : ODD.keySet()) {
      replace(root.resolve("gc/lock"), odd);
      replace(root.resolve("index/lock"), odd);
      replace(root.resolve("tmp/1-left"), odd);
      replace(root.resolve("quarantine/left"), odd);

      assertThat(aged.collector().collect(everything())).as(odd).isNotNull();
      new ActionCache(aged.store).snapshot().compact();
    }
  }

  private static void replace(Path file, String odd) throws Exception {
    Files.createDirectories(file.resolveSibling(""));
    Files.deleteIfExists(file);
    Objects.requireNonNull(ODD.get(odd)).put(file);
  }

  private static void makeFifo(Path file) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
  }
}
