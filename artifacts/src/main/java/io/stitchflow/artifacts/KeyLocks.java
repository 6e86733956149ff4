package io.stitchflow.artifacts;

import io.stitchflow.artifacts.StoreDirectory.Folder;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * At most one thread of one process of this host computes a key.
 *
 * <p>A lock in the JVM, then the kernel's lock on {@code lease/ab/<key>}, which ends with its
 * process however that ends. Locks save work and never decide what is right: whoever holds none may
 * publish as well.
 */
final class KeyLocks {
  // Waiting inside the kernel is no choice: it takes all threads of a process for one owner, and so
  // sees deadlocks between processes (EDEADLK) where different threads wait
  private static final long FIRST_POLL_MILLIS = 5;
  private static final long LONGEST_POLL_MILLIS = 200;

  private final StoreDirectory directory;
  private final ConcurrentMap<Digest, Turn> turns = new ConcurrentHashMap<>();

  KeyLocks(StoreDirectory directory) {
    this.directory = directory;
  }

  /** All keys, in their order, so that two groups which share some never wait for each other. */
  Held lock(Collection<Digest> keys) throws IOException {
    Held held = new Held();
    try {
      for (Digest key : new TreeSet<>(keys)) {
        held.add(lockInProcess(key));
        held.add(lockOnHost(directory.path(Folder.LEASE, key)));
      }
      return held;
    } catch (IOException | RuntimeException e) {
      held.close();
      throw e;
    }
  }

  private Closeable lockInProcess(Digest key) throws IOException {
    Turn turn =
        turns.compute(
            key,
            (k, present) -> {
              Turn t = present == null ? new Turn() : present;
              t.users++;
              return t;
            });
    try {
      turn.lock.lockInterruptibly();
    } catch (InterruptedException e) {
      leave(key);
      throw interrupted(e);
    }
    return () -> {
      turn.lock.unlock();
      leave(key);
    };
  }

  private void leave(Digest key) {
    turns.computeIfPresent(key, (k, turn) -> --turn.users == 0 ? null : turn);
  }

  private FileChannel lockOnHost(Path file) throws IOException {
    FileChannel channel = directory.openForLock(file);
    try {
      long pollMillis = FIRST_POLL_MILLIS;
      while (!tryLock(channel)) {
        TimeUnit.MILLISECONDS.sleep(pollMillis);
        pollMillis = Math.min(2 * pollMillis, LONGEST_POLL_MILLIS);
      }
      return channel; // closing it releases the lock
    } catch (InterruptedException e) {
      channel.close();
      throw interrupted(e);
    } catch (IOException e) {
      channel.close();
      throw directory.explain(file, e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another Memo of this JVM has it
    }
  }

  private static InterruptedIOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException e = new InterruptedIOException("interrupted while another computes it");
    e.initCause(cause);
    return e;
  }

  /** A lock and how many threads hold it or wait for it; the count is guarded by the map. */
  private static final class Turn {
    final ReentrantLock lock = new ReentrantLock(true);
    int users;
  }

  /** Locks, released in reverse. */
  static final class Held implements Closeable {
    private final Deque<Closeable> locks = new ArrayDeque<>();

    private void add(Closeable lock) {
      locks.push(lock);
    }

    @Override
    public void close() throws IOException {
      IOException failure = null;
      while (!locks.isEmpty()) {
        try {
          locks.pop().close();
        } catch (IOException e) {
          failure = e;
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }
}
