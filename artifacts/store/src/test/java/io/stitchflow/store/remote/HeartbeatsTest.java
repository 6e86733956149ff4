package io.stitchflow.store.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {
  private final Set<Thread> before = threads();

  @Test
  void hold_lastLeaseReleased_threadEnds() throws Exception {
    Heartbeats heartbeats = new Heartbeats(Duration.ofSeconds(5));
    Heartbeats.Held one = heartbeats.hold(Lease.ofThisProcess(), new Counting(1));
    Heartbeats.Held two = heartbeats.hold(Lease.ofThisProcess(), new Counting(1));
    Set<Thread> started = started();
    assertThat(started).hasSize(1);
    one.close();
    assertThat(started).allMatch(Thread::isAlive);
    two.close();
    for (Thread thread : started) {
      thread.join(Duration.ofMinutes(1).toMillis());
    }
    assertThat(started).noneMatch(Thread::isAlive);
  }

  @Test
  void hold_afterTheThreadHasEnded_renewsAgain() throws Exception {
    Heartbeats heartbeats = new Heartbeats(Duration.ofMillis(1));
    heartbeats.hold(Lease.ofThisProcess(), new Counting(1)).close();
    Counting place = new Counting(3);
    Heartbeats.Held held = heartbeats.hold(Lease.ofThisProcess(), place);
    place.renewed.await();
    held.close();
  }

  private Set<Thread> started() {
    Set<Thread> started = threads();
    started.removeAll(before);
    return started;
  }

  private static Set<Thread> threads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().equals(Heartbeats.THREAD));
    return threads;
  }

  private static final class Counting implements Heartbeats.Place {
    final CountDownLatch renewed;

    Counting(int times) {
      renewed = new CountDownLatch(times);
    }

    @Override
    public void renew(Lease lease) {
      renewed.countDown();
    }

    @Override
    public void clear() {}
  }
}
