package io.stitchflow.store.remote;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Renews leases until they are released, in a daemon thread that runs while leases are held. */
public final class Heartbeats {
  /** The name of the thread. */
  static final String THREAD = "heartbeats of leases";

  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Heartbeats OF_THIS_PROCESS = new Heartbeats(PERIOD);
  private static final Heartbeats TO_REMOTE_STORES = new Heartbeats(PERIOD);

  private final Duration period;
  private final Set<Held> leases = ConcurrentHashMap.newKeySet();
  private @Nullable ScheduledExecutorService heart;

  public Heartbeats(Duration period) {
    this.period = period;
  }

  public static Heartbeats ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** Of leases that a server keeps: one that answers late holds up no file's. */
  public static Heartbeats toRemoteStores() {
    return TO_REMOTE_STORES;
  }

  /** A lease may be taken over when nobody has seen it beat for so long. */
  public Duration patience() {
    return period.multipliedBy(6);
  }

  /** Where others read a lease. */
  public interface Place {
    /** Puts the lease in the place of the one before it. */
    void renew(Lease lease) throws IOException;

    void clear() throws IOException;
  }

  /** Renews a lease that stands there already, until it is released. */
  public Held hold(Lease lease, Place place) {
    Held held = new Held(lease, place);
    add(held);
    return held;
  }

  private synchronized void add(Held held) {
    leases.add(held);
    if (heart == null) {
      heart = start();
    }
  }

  /**
   * Ends the thread with the last lease: it would keep the classes of an ended Flink job loaded.
   */
  private synchronized void remove(Held held) {
    leases.remove(held);
    if (leases.isEmpty() && heart != null) {
      heart.shutdown();
      heart = null;
    }
  }

  private ScheduledExecutorService start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, THREAD);
              thread.setDaemon(true);
              return thread;
            });
    var unused =
        started.scheduleAtFixedRate(
            () -> leases.forEach(Held::beat),
            period.toNanos(),
            period.toNanos(),
            TimeUnit.NANOSECONDS);
    return started;
  }

  /** A lease of this process. While it cannot be renewed it may expire, which costs work only. */
  final class Held implements Closeable {
    private final Place place;
    private Lease lease;

    private Held(Lease lease, Place place) {
      this.lease = lease;
      this.place = place;
    }

    private synchronized void beat() {
      if (!leases.contains(this)) {
        return;
      }
      lease = lease.next();
      try {
        place.renew(lease);
      } catch (IOException | RuntimeException e) {
        // the next beat tries again, and the other leases need theirs now
      }
    }

    /** Releases it; where that fails, others wait until it expires. */
    @Override
    public synchronized void close() throws IOException {
      remove(this);
      place.clear();
    }
  }
}
