package io.stitchflow.transforms;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Groups of a run that lanes of this JVM have begun, so that each is run once. Thread-safe. */
final class BegunGroups {
  private final Map<String, CountDownLatch> ends = new ConcurrentHashMap<>();

  /** What runs a group. */
  @FunctionalInterface
  interface GroupRun {
    void run() throws IOException, InterruptedException;
  }

  /** Runs a group in this thread, unless a lane has begun it. */
  void runOnce(String group, GroupRun run) throws IOException, InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    if (ends.putIfAbsent(group, end) == null) {
      try {
        run.run();
      } finally {
        end.countDown();
      }
    }
  }

  /** Waits for the end of all groups begun so far. */
  void awaitEnds() throws InterruptedException {
    for (CountDownLatch end : ends.values()) {
      end.await();
    }
  }
}
