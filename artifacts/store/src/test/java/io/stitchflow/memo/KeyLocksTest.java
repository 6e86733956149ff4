package io.stitchflow.memo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.content.ProcessName;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.remote.Heartbeats;
import io.stitchflow.store.remote.Lease;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyLocksTest {
  private static final Digest KEY = Digest.of(new byte[] {1});
  private static final String ELSEWHERE = "0d7a6e2c-host-of-others";

  @TempDir Path root;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> owners = Collections.synchronizedList(new ArrayList<>());
  private final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
  private StoreDirectory directory;
  private Path file;

  private final MemoListener listener =
      new MemoListener() {
        @Override
        public void advanced(double share) {}

        @Override
        public void waiting(Digest key, String owner, Duration waited) {
          assertThat(key).isEqualTo(KEY);
          owners.add(owner);
          waits.add(waited);
        }
      };

  @BeforeEach
  void openStore() throws IOException {
    directory = StoreDirectory.at(root);
    file = directory.path(Folder.LEASE, KEY);
  }

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  @Test
  void lock_free_leavesALeaseThatBeatsUntilItIsReleased() throws Exception {
    KeyLocks.Held held = locks(10).lock(List.of(KEY), KEY, listener);
    Lease first = read();
    assertThat(first.owner()).isEqualTo(ProcessName.get());
    while (read().beats() <= first.beats() + 2) {
      Thread.onSpinWait();
    }
    held.close();
    assertThat(file).isEmptyFile();
    assertThat(owners).isEmpty();
  }

  @Test
  void lock_leaseOfAnotherHostBeats_waitsAndSaysForWhom() throws Exception {
    Lease lease = new Lease(ELSEWHERE, 1, "gpu7");
    write(lease);
    Future<?> waiter;
    Closeable beating = new Heartbeats(Duration.ofMillis(50)).hold(lease, elsewhere());
    try {
      waiter = threads.submit(() -> lockAndRelease(locks(100)));
      while (owners.size() < 2) {
        Thread.onSpinWait();
      }
      assertThat(waiter.isDone()).isFalse();
      assertThat(owners).containsOnly("gpu7");
      assertThat(waits.get(1)).isGreaterThan(waits.get(0));
    } finally {
      beating.close();
    }
    waiter.get();
  }

  @Test
  void lock_leaseOfAnotherHostWithoutHeartbeat_isTakenOver() throws Exception {
    write(new Lease(ELSEWHERE, 1, "gpu7"));
    KeyLocks.Held held = locks(100).lock(List.of(KEY), KEY, listener);
    assertThat(read().owner()).isEqualTo(ProcessName.get());
    held.close();
  }

  @Test
  void lock_leaseLeftBehindOnThisHost_isTakenAtOnce() throws Exception {
    write(new Lease(Lease.ofThisProcess().host(), 7, "killed"));
    locks(1_000_000).lock(List.of(KEY), KEY, listener).close();
    assertThat(owners).isEmpty();
  }

  @Test
  void lock_fileHoldsAnything_isTakenAtOnce() throws Exception {
    for (String content : List.of("", "x", "\n\n\n", "a b c", "a 1", "\u0000 \u0000 \u0000")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
      locks(1_000_000).lock(List.of(KEY), KEY, listener).close();
    }
    assertThat(owners).isEmpty();
  }

  @Test
  void lock_heldByAnotherThread_waitsAndSaysSo() throws Exception {
    KeyLocks locks = locks(1000);
    KeyLocks.Held held = locks.lock(List.of(KEY), KEY, listener);
    Future<?> waiter = threads.submit(() -> lockAndRelease(locks));
    while (owners.isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(owners.get(0)).isEqualTo("another thread of this process");
    held.close();
    waiter.get();
  }

  @Test
  void lock_interruptedWhileItWaits_holdsNothing() throws Exception {
    write(new Lease(ELSEWHERE, 1, "gpu7"));
    KeyLocks locks = locks(1_000_000);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> locks.lock(List.of(KEY), KEY, listener))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    Files.write(file, new byte[0]);
    locks.lock(List.of(KEY), KEY, listener).close();
  }

  @Test
  void close_interruptedThread_clearsTheLeaseAndStaysInterrupted() throws Exception {
    KeyLocks.Held held = locks(1_000_000).lock(List.of(KEY), KEY, listener);
    assertThat(file).isNotEmptyFile();
    Thread.currentThread().interrupt();
    held.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).isEmptyFile();
  }

  /** The file of the lease, as another host writes it. */
  private Heartbeats.Place elsewhere() {
    return new Heartbeats.Place() {
      @Override
      public void renew(Lease lease) throws IOException {
        write(lease);
      }

      @Override
      public void clear() throws IOException {
        Files.write(file, new byte[0]);
      }
    };
  }

  private @Nullable Void lockAndRelease(KeyLocks locks) throws IOException {
    locks.lock(List.of(KEY), KEY, listener).close();
    return null;
  }

  private KeyLocks locks(int beatMillis) {
    return new KeyLocks(directory, new Heartbeats(Duration.ofMillis(beatMillis)), null);
  }

  private Lease read() throws IOException {
    Lease lease = null;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (lease == null) {
        lease = Lease.read(channel);
      }
    }
    return lease;
  }

  private void write(Lease lease) throws IOException {
    Files.createDirectories(file.getParent());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lease.write(channel);
    }
  }
}
