package io.stitchflow.store.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.RecordFrame;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.MemoryStore;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreFormat;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How much a remote store can make this machine read, keep and believe. */
@Timeout(60)
class RemoteBoundsTest {
  private static final Action ACTION =
      Action.newBuilder()
          .setVersion(1)
          .setCollectGram(CollectGram.newBuilder().addWindow(1))
          .build();
  private static final Digest KEY = ActionKeys.key(ACTION);
  private static final byte[] BLOB = new byte[300_000];
  private static final Digest DIGEST = Digest.of(BLOB);

  @TempDir Path directory;
  private final Endless remote = new Endless();
  private Store store;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(directory, remote, "memory");
  }

  @Test
  void open_blobWithoutEnd_stopsAtTheRecordedSizeAndIsMissing() throws IOException {
    record(DIGEST.bytes(), BLOB.length);
    remote.endless.add(blob());

    for (long stated : new long[] {-1, BLOB.length, Long.MAX_VALUE}) {
      remote.statedBytes = stated;
      Store fresh = Store.open(directory, remote, "memory");
      assertThat(new ActionCache(fresh).find(KEY)).isNotNull();

      assertThatThrownBy(() -> fresh.open(DIGEST)).isInstanceOf(MissingBlobException.class);
      assertThat(fresh.warnings()).singleElement().asString().contains("held wrong bytes once");
      assertThat(parts()).isEmpty();
      assertThat(remote.given).isLessThan(2L * BLOB.length);
      remote.given = 0;
    }
  }

  @Test
  void open_blobWithoutRecord_isBoundedByTheStatedSize() throws IOException {
    remote.objects.put(blob(), BLOB);
    remote.endless.add(blob());
    remote.statedBytes = BLOB.length;

    assertThatThrownBy(() -> store.open(DIGEST)).isInstanceOf(MissingBlobException.class);
    assertThat(remote.given).isLessThan(2L * BLOB.length);
    assertThat(parts()).isEmpty();
  }

  @Test
  void open_blobLargerThanTheDisk_isMissingAndUnread() throws IOException {
    for (long recorded : new long[] {RemoteDownload.UNKNOWN, Long.MAX_VALUE}) {
      if (recorded > 0) {
        record(DIGEST.bytes(), recorded);
      }
      remote.endless.add(blob());
      remote.objects.put(blob(), BLOB);
      remote.statedBytes = Long.MAX_VALUE;
      Store fresh = Store.open(directory, remote, "memory");
      new ActionCache(fresh).find(KEY);

      assertThatThrownBy(() -> fresh.open(DIGEST)).isInstanceOf(MissingBlobException.class);
      assertThat(fresh.warnings())
          .singleElement()
          .asString()
          .contains("could not be read once")
          .contains("has 9,223,372,036,854,775,807 bytes, but only");
      assertThat(remote.given).isZero();
    }
  }

  @Test
  void open_connectionBreaksAfterEachByte_endsAfterAFewAttempts() throws IOException {
    remote.objects.put(blob(), BLOB);
    remote.breaksAfterBytes = 1;

    assertThatThrownBy(() -> store.open(DIGEST)).isInstanceOf(MissingBlobException.class);
    assertThat(remote.given).isLessThan(10);
  }

  @Test
  void find_recordWithoutEnd_isAMissAndAWarning() {
    remote.objects.put(RemoteTier.name(StoreDirectory.Folder.AC, KEY), new byte[0]);
    remote.endless.add(RemoteTier.name(StoreDirectory.Folder.AC, KEY));

    assertThat(new ActionCache(store).find(KEY)).isNull();
    assertThat(store.warnings())
        .singleElement()
        .asString()
        .contains("could not be read once")
        .contains("memory/ac/")
        .endsWith("larger than 16777216 bytes");
  }

  @Test
  void publish_recordWithoutEndStandsThere_isReplaced() throws IOException {
    String name = RemoteTier.name(StoreDirectory.Folder.AC, KEY);
    remote.objects.put(name, new byte[0]);
    remote.endless.add(name);
    ActionResult result = result(store.put(BLOB).bytes(), BLOB.length);

    assertThat(new ActionCache(store).publish(KEY, ACTION, result)).isEqualTo(result);
    assertThat(remote.objects.get(name)).isEqualTo(RecordFrame.encode(KEY, result));
    assertThat(store.warnings()).isEmpty();
  }

  @Test
  void find_recordOfImpossibleOutputs_isDamaged() {
    for (ActionResult lie :
        List.of(result(ByteString.copyFromUtf8("no digest"), 1), result(DIGEST.bytes(), -1))) {
      remote.objects.put(
          RemoteTier.name(StoreDirectory.Folder.AC, KEY), RecordFrame.encode(KEY, lie));

      assertThat(new ActionCache(store).find(KEY)).isNull();
    }
    assertThat(store.warnings()).singleElement().asString().contains("held wrong bytes 2 times");
  }

  @Test
  void open_formatWithoutEnd_isAWarning() throws IOException {
    remote.objects.put(StoreFormat.NAME, "stitchflow 1\n".getBytes(UTF_8));
    remote.endless.add(StoreFormat.NAME);

    assertThat(Store.open(directory, remote, "memory").warnings())
        .singleElement()
        .asString()
        .contains("memory/FORMAT: larger than");
  }

  private static String blob() {
    return RemoteTier.blobName(DIGEST);
  }

  private void record(ByteString digest, long sizeBytes) {
    remote.objects.put(blob(), BLOB);
    remote.objects.put(
        RemoteTier.name(StoreDirectory.Folder.AC, KEY),
        RecordFrame.encode(KEY, result(digest, sizeBytes)));
  }

  private static ActionResult result(ByteString digest, long sizeBytes) {
    return ActionResult.newBuilder()
        .setSeconds(1)
        .addOutput(Output.newBuilder().setName("moments").setDigest(digest).setSizeBytes(sizeBytes))
        .build();
  }

  private List<Path> parts() throws IOException {
    Path tmp = directory.resolve("tmp");
    if (!Files.exists(tmp)) {
      return List.of();
    }
    try (var files = Files.list(tmp)) {
      return files.toList();
    }
  }

  /** Some of its objects never end, or break off. */
  private static final class Endless extends MemoryStore {
    private final Set<String> endless = ConcurrentHashMap.newKeySet();
    private long statedBytes = -1;
    private long breaksAfterBytes = Long.MAX_VALUE;
    private long given;

    @Override
    public @Nullable RemoteBytes get(String name, long from) throws IOException {
      RemoteBytes bytes = super.get(name, from);
      if (bytes == null || (!endless.contains(name) && breaksAfterBytes == Long.MAX_VALUE)) {
        return bytes;
      }
      return new RemoteBytes(
          new InputStream() {
            private long left = breaksAfterBytes;

            @Override
            public int read() throws IOException {
              if (left == 0) {
                throw new IOException("Connection reset");
              }
              left--;
              given++;
              return 1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
              int n = (int) Math.min(length, Math.max(1, left));
              read();
              left -= n - 1;
              given += n - 1;
              return n;
            }
          },
          endless.contains(name) ? statedBytes : bytes.objectBytes());
    }

    @Override
    public void replace(String name, Content content) throws IOException {
      endless.remove(name);
      super.replace(name, content);
    }
  }
}
