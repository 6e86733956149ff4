package io.stitchflow.artifacts;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Renews leases until they are released, in a thread of its own that ends no process late. */
final class Heartbeats {
  private static final Heartbeats OF_THIS_PROCESS = new Heartbeats(Duration.ofSeconds(5));

  private final Duration period;
  private final Set<Held> leases = ConcurrentHashMap.newKeySet();
  private @Nullable ScheduledExecutorService heart;

  Heartbeats(Duration period) {
    this.period = period;
  }

  static Heartbeats ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** A lease may be taken over when nobody has seen it beat for so long. */
  Duration patience() {
    return period.multipliedBy(6);
  }

  /** Writes a lease into the file, whose lock this process has, and renews it. */
  Held hold(FileChannel file) {
    startOnce();
    Held held = new Held(file);
    held.write();
    leases.add(held);
    return held;
  }

  private synchronized void startOnce() {
    if (heart == null) {
      ScheduledExecutorService started =
          Executors.newSingleThreadScheduledExecutor(
              work -> {
                Thread thread = new Thread(work, "heartbeats of leases");
                thread.setDaemon(true);
                return thread;
              });
      var unused =
          started.scheduleAtFixedRate(
              () -> leases.forEach(Held::beat),
              period.toNanos(),
              period.toNanos(),
              TimeUnit.NANOSECONDS);
      heart = started;
    }
  }

  /** A lease of this process. What cannot be written lets it expire, which costs work only. */
  final class Held {
    private final FileChannel file;
    private Lease lease = Lease.ofThisProcess();

    private Held(FileChannel file) {
      this.file = file;
    }

    private synchronized void write() {
      try {
        lease.write(file);
      } catch (IOException e) {
        leases.remove(this);
      }
    }

    private synchronized void beat() {
      lease = lease.next();
      try {
        lease.write(file);
        file.force(false); // a network's file system shows it to other hosts only now
      } catch (IOException e) {
        leases.remove(this);
      }
    }

    synchronized void release() {
      leases.remove(this);
      try {
        Lease.clear(file);
      } catch (IOException e) {
        // others wait until it expires
      }
    }
  }
}
