package io.stitchflow.store.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.content.ProcessName;
import io.stitchflow.store.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RemoteLeasesTest {
  private static final Digest KEY = Digest.of(new byte[] {1});
  private static final String NAME = "lease/" + KEY.hex().substring(0, 2) + "/" + KEY.hex();

  private final MemoryStore store = new MemoryStore();
  private final RemoteFailures trouble = new RemoteFailures("there", "here", System::nanoTime);
  private final List<String> owners = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  @Test
  void take_free_beatsUntilItIsReleased() throws Exception {
    Closeable held = hold(10);
    Lease first = read();
    assertThat(first.owner()).isEqualTo(ProcessName.get());
    while (read().beats() <= first.beats() + 2) {
      Thread.onSpinWait();
    }
    held.close();
    assertThat(store.objects).isEmpty();
    assertThat(owners).isEmpty();
  }

  @Test
  void take_anotherBeats_waitsAndSaysForWhom() throws Exception {
    write(new Lease("elsewhere", 1, "gpu7"));
    Future<@Nullable Closeable> waiter = threads.submit(() -> take(100));
    for (int beat = 2; owners.size() < 4; beat++) {
      write(new Lease("elsewhere", beat, "gpu7"));
      Thread.onSpinWait();
    }
    assertThat(waiter.isDone()).isFalse();
    assertThat(owners).containsOnly("gpu7");
    store.delete(NAME);
    assertThat(waiter.get()).isNotNull();
    assertThat(read().owner()).isEqualTo(ProcessName.get());
  }

  @Test
  void take_anotherWithoutHeartbeat_isTakenOver() throws Exception {
    write(new Lease("elsewhere", 1, "gpu7"));
    assertThat(take(100)).isNotNull();
    assertThat(owners).contains("gpu7");
    assertThat(read().owner()).isEqualTo(ProcessName.get());
  }

  @Test
  void take_objectHoldsAnything_isTakenAtOnce() throws Exception {
    for (String content : List.of("", "x", "a b c", "\u0000".repeat(10_000))) {
      store.objects.put(NAME, content.getBytes(UTF_8));
      hold(1_000_000).close();
    }
    assertThat(owners).isEmpty();
  }

  @Test
  void take_serverAlwaysRefuses_continuesWithoutItInTheEnd() throws Exception {
    for (byte[] shown :
        new byte[][] {null, new byte[0], new Lease("elsewhere", 1, "gpu7").encode()}) {
      AtomicInteger puts = new AtomicInteger();
      assertThat(
              take(
                  10,
                  new MemoryStore() {
                    @Override
                    public boolean putIfAbsent(String name, Content content) {
                      puts.incrementAndGet();
                      return false;
                    }

                    @Override
                    public @Nullable RemoteBytes get(String name, long from) {
                      return shown == null
                          ? null
                          : new RemoteBytes(new ByteArrayInputStream(shown), -1);
                    }
                  }))
          .isNull();
      assertThat(puts).hasValueLessThan(10);
    }
  }

  @Test
  void take_serverShowsOldStatesInTurn_isTakenOver() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    Closeable taken =
        take(
            10,
            new MemoryStore() {
              private boolean deleted;

              @Override
              public boolean putIfAbsent(String name, Content content) {
                return deleted;
              }

              @Override
              public RemoteBytes get(String name, long from) {
                int look = looks.incrementAndGet();
                Lease old = new Lease("elsewhere", look % 3, look % 2 == 0 ? "gpu7" : "gpu8");
                return new RemoteBytes(new ByteArrayInputStream(old.encode()), -1);
              }

              @Override
              public void delete(String name) {
                deleted = true;
              }
            });
    assertThat(taken).isNotNull();
  }

  @Test
  void take_putAndAnsweredThatItWasNot_isHeldAtOnce() throws Exception {
    MemoryStore lying =
        new MemoryStore() {
          @Override
          public boolean putIfAbsent(String name, Content content) throws IOException {
            super.putIfAbsent(name, content);
            return false;
          }
        };
    assertThat(take(1_000_000, lying)).isNotNull();
    assertThat(owners).isEmpty();
  }

  @Test
  void take_leaseWithoutEnd_isTakenAtOnce() throws Exception {
    InputStream zeros =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }
        };
    MemoryStore lying =
        new MemoryStore() {
          private boolean deleted;

          @Override
          public boolean putIfAbsent(String name, Content content) {
            return deleted;
          }

          @Override
          public RemoteBytes get(String name, long from) {
            return new RemoteBytes(zeros, -1);
          }

          @Override
          public void delete(String name) {
            deleted = true;
          }
        };
    assertThat(take(1_000_000, lying)).isNotNull();
  }

  @Test
  void take_storeUnreachable_continuesWithoutItAndLeavesTheWarningToLookups() throws Exception {
    store.away = true;
    assertThat(take(100)).isNull();
    assertThat(trouble.warnings()).isEmpty();
  }

  @Test
  void take_storeRests_isNotAsked() throws Exception {
    for (int i = 0; i < 3; i++) {
      trouble.lookUpFailed(MemoryStore.refused());
    }
    assertThat(take(100)).isNull();
    assertThat(store.objects).isEmpty();
  }

  @Test
  void close_storeAway_theLeaseExpiresForOthers() throws Exception {
    Closeable held = hold(100);
    store.away = true;
    assertThatThrownBy(held::close).hasMessage("Connection refused");
    store.away = false;
    assertThat(store.objects).containsKey(NAME);
    assertThat(take(100)).isNotNull();
  }

  private Closeable hold(int beatMillis) throws InterruptedException {
    return Objects.requireNonNull(take(beatMillis));
  }

  private @Nullable Closeable take(int beatMillis) throws InterruptedException {
    return take(beatMillis, store);
  }

  private @Nullable Closeable take(int beatMillis, MemoryStore remote) throws InterruptedException {
    return new RemoteLeases(remote, trouble, new Heartbeats(Duration.ofMillis(beatMillis)))
        .take(KEY, owners::add);
  }

  private Lease read() {
    Lease lease = null;
    while (lease == null) {
      byte[] bytes = store.objects.get(NAME);
      lease = bytes == null ? null : Lease.decode(ByteBuffer.wrap(bytes));
    }
    return lease;
  }

  private void write(Lease lease) {
    store.objects.put(NAME, lease.encode());
  }
}
