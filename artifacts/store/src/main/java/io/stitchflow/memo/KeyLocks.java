package io.stitchflow.memo;

import io.stitchflow.content.Digest;
import io.stitchflow.store.directory.OpenedFiles;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.remote.Heartbeats;
import io.stitchflow.store.remote.Lease;
import io.stitchflow.store.remote.LeaseWatch;
import io.stitchflow.store.remote.RemoteLeases;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * At most one thread, on whatever host, computes a key.
 *
 * <p>A lock in the JVM, then the kernel's lock on {@code lease/ab/<key>}, which ends with its
 * process however that ends, then the {@link Lease} in that file, which expires: for hosts between
 * which file locks do not work. Machines that share a remote store only have {@link RemoteLeases}.
 * Locks save work and never decide correctness: a process without the lock may publish too. If
 * locking fails, computation proceeds without the lock.
 */
final class KeyLocks {
  // Waiting inside the kernel is not choice: it takes all threads of a process for one owner, and
  // so
  // sees deadlocks between processes (EDEADLK) where different threads wait
  private static final long FIRST_POLL_MILLIS = 5;
  private static final long LONGEST_POLL_MILLIS = 200;

  private static final String SAME_PROCESS = "another thread of this process";

  private final StoreDirectory directory;
  private final Heartbeats heartbeats;
  private final @Nullable RemoteLeases remote;
  private final ConcurrentMap<Digest, Turn> turns = new ConcurrentHashMap<>();

  /**
   * @param remote leases among machines that share a remote store; null where there is none that
   *     can have them
   */
  KeyLocks(StoreDirectory directory, Heartbeats heartbeats, @Nullable RemoteLeases remote) {
    this.directory = directory;
    this.heartbeats = heartbeats;
    this.remote = remote;
  }

  /**
   * All keys, in their order, so that two groups which share some never wait for each other.
   *
   * @param group the key under which machines see who computes them
   */
  Held lock(Collection<Digest> keys, Digest group, MemoListener listener)
      throws InterruptedIOException {
    Held held = new Held();
    try {
      for (Digest key : new TreeSet<>(keys)) {
        Waiting waiting = new Waiting(key, listener);
        held.add(lockInProcess(key, waiting));
        held.add(lease(key, waiting));
      }
      if (remote != null) {
        held.add(remote.take(group, new Waiting(group, listener)::tell));
      }
      return held;
    } catch (InterruptedException | ClosedByInterruptException e) {
      held.close();
      Thread.currentThread().interrupt();
      throw (InterruptedIOException)
          new InterruptedIOException("interrupted while another process computes the result")
              .initCause(e);
    } catch (RuntimeException e) {
      held.close();
      throw e;
    }
  }

  private Closeable lockInProcess(Digest key, Waiting waiting) throws InterruptedException {
    Turn turn =
        turns.compute(
            key,
            (k, present) -> {
              Turn t = present == null ? new Turn() : present;
              t.users++;
              return t;
            });
    try {
      while (!turn.lock.tryLock(Waiting.TOLD_MILLIS, TimeUnit.MILLISECONDS)) {
        waiting.tell(SAME_PROCESS);
      }
    } catch (InterruptedException e) {
      leave(key);
      throw e;
    }
    return () -> {
      turn.lock.unlock();
      leave(key);
    };
  }

  private void leave(Digest key) {
    turns.computeIfPresent(key, (k, turn) -> --turn.users == 0 ? null : turn);
  }

  /** The kernel's lock, then the lease; null where an error keeps this from having them. */
  private @Nullable Closeable lease(Digest key, Waiting waiting)
      throws InterruptedException, ClosedByInterruptException {
    Path path = directory.path(Folder.LEASE, key);
    FileChannel file = null;
    try {
      file = OpenedFiles.forLock(directory, path);
      awaitLock(file, waiting);
      awaitLease(file, waiting);
      Closeable lease = hold(file);
      FileChannel locked = file;
      return () -> {
        closeQuietly(lease);
        locked.close(); // which releases the kernel's lock
      };
    } catch (InterruptedException | ClosedByInterruptException e) {
      closeQuietly(file);
      throw e;
    } catch (IOException e) {
      closeQuietly(file);
      return null;
    }
  }

  /** Writes a lease into the file, whose lock this process has. */
  private Closeable hold(FileChannel file) {
    Lease lease = Lease.ofThisProcess();
    try {
      lease.write(file);
    } catch (IOException e) {
      // such as on a full disk: the kernel's lock stands all the same
    }
    return heartbeats.hold(
        lease,
        new Heartbeats.Place() {
          @Override
          public void renew(Lease next) throws IOException {
            next.write(file);
            file.force(false); // a network's file system shows it to other hosts only now
          }

          @Override
          public void clear() throws IOException {
            Lease.clear(file);
          }
        });
  }

  private static void awaitLock(FileChannel file, Waiting waiting)
      throws IOException, InterruptedException {
    long pollMillis = FIRST_POLL_MILLIS;
    while (!tryLock(file)) {
      waiting.tell(owner(Lease.read(file)));
      TimeUnit.MILLISECONDS.sleep(pollMillis);
      pollMillis = Math.min(2 * pollMillis, LONGEST_POLL_MILLIS);
    }
  }

  private static boolean tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another Memo of this JVM has it
    }
  }

  /** Waits while the lease of another host beats, by this host's clock. */
  private void awaitLease(FileChannel file, Waiting waiting)
      throws IOException, InterruptedException {
    Lease mine = Lease.ofThisProcess();
    LeaseWatch watch = new LeaseWatch(heartbeats.patience());
    while (true) {
      Lease there = Lease.read(file);
      // One of this host has left it behind: its lock is gone
      if (there == null || there.isFrom(mine) || watch.standsStill(there)) {
        return;
      }
      waiting.tell(owner(there));
      TimeUnit.MILLISECONDS.sleep(LONGEST_POLL_MILLIS);
    }
  }

  private static String owner(@Nullable Lease lease) {
    return lease == null ? "another process" : lease.owner();
  }

  private static void closeQuietly(@Nullable Closeable file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      // its lock ends with the process
    }
  }

  /** A lock and how many threads hold it or wait for it; the count is guarded by the map. */
  private static final class Turn {
    final ReentrantLock lock = new ReentrantLock(true);
    int users;
  }

  /** How long a call waits for a key, and when the listener was last notified. */
  private static final class Waiting {
    static final long TOLD_MILLIS = 1_000;

    private final Digest key;
    private final MemoListener listener;
    private final long sinceNanos = System.nanoTime();
    private long toldNanos = sinceNanos;

    Waiting(Digest key, MemoListener listener) {
      this.key = key;
      this.listener = listener;
    }

    void tell(String owner) {
      long now = System.nanoTime();
      if (now - toldNanos >= TimeUnit.MILLISECONDS.toNanos(TOLD_MILLIS)) {
        toldNanos = now;
        listener.waiting(key, owner, Duration.ofNanos(now - sinceNanos));
      }
    }
  }

  /** Locks, released in reverse. */
  static final class Held implements Closeable {
    private final Deque<Closeable> locks = new ArrayDeque<>();

    private void add(@Nullable Closeable lock) {
      if (lock != null) {
        locks.push(lock);
      }
    }

    /** Clears the leases also in an interrupted thread, in which no channel can be written to. */
    @Override
    public void close() {
      boolean interrupted = Thread.interrupted();
      try {
        while (!locks.isEmpty()) {
          closeQuietly(locks.pop());
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
