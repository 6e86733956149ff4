package io.stitchflow.torch;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Stops all lanes before the JVM exits. The exit destroys libtorch's static objects, and a thread
 * that computes meanwhile crashes the process.
 *
 * <p>While a lane is open, a shutdown hook is registered. It sets a flag and waits; each lane looks
 * at the flag between two native calls, and its thread then blocks until the process is gone. A
 * native call that outlasts {@link #WAIT_MILLIS} is ended with the process by {@link Termination},
 * which runs no destructors. The store is safe at any moment, as under SIGKILL.
 */
public final class LaneShutdown {
  /** A Flink worker halts 5 seconds after SIGTERM, containers are killed after 10 or more. */
  private static final long WAIT_MILLIS = 4_000;

  private static final Object LOCK = new Object();
  private static final Map<Thread, Integer> LANES = new HashMap<>();
  private static @Nullable Thread hook;
  private static volatile boolean stopping;

  private LaneShutdown() {}

  /** Registers a lane of this thread, before its first native call. */
  static void enter() {
    check();
    synchronized (LOCK) {
      if (hook == null) {
        Termination termination = Termination.prepare();
        Thread registered = new Thread(() -> stop(termination), "stop lanes");
        try {
          Runtime.getRuntime().addShutdownHook(registered);
          hook = registered;
        } catch (IllegalStateException e) {
          stopping = true; // the JVM exits already, and runs no more hooks
        }
      }
      LANES.merge(Thread.currentThread(), 1, Integer::sum);
    }
    check();
  }

  /** Ends a lane of this thread, after its last native call. */
  static void leave() {
    synchronized (LOCK) {
      LANES.computeIfPresent(Thread.currentThread(), (thread, n) -> n == 1 ? null : n - 1);
      if (LANES.isEmpty() && hook != null && !stopping) {
        try {
          Runtime.getRuntime().removeShutdownHook(hook); // it would keep our class loader
          hook = null;
        } catch (IllegalStateException e) {
          stopping = true;
        }
      }
      LOCK.notifyAll();
    }
  }

  /** Between two native calls: never returns once the JVM exits. */
  static void check() {
    if (!stopping) {
      return;
    }
    synchronized (LOCK) {
      LANES.remove(Thread.currentThread());
      LOCK.notifyAll();
    }
    awaitExit();
  }

  /** Blocks this thread, which has nothing more to say, until the JVM's exit ends it. */
  public static void awaitExit() {
    while (true) {
      LockSupport.park();
      var unused = Thread.interrupted(); // else park would not wait again
    }
  }

  private static void stop(Termination termination) {
    stopping = true;
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
    synchronized (LOCK) {
      while (!LANES.isEmpty()) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        if (millis <= 0) {
          break;
        }
        try {
          LOCK.wait(millis);
        } catch (InterruptedException e) {
          break;
        }
      }
      if (LANES.isEmpty()) {
        return;
      }
    }
    termination.now();
  }
}
