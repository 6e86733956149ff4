package io.stitchflow.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the machine itself gives: a virtual machine's cores may be shares of fewer. */
final class Cores {
  private static final long PERIOD_NANOS = 1_500_000_000L;
  private static final int STEPS = 10_000;

  private Cores() {}

  /** How much more bare arithmetic two threads do in the same time than one. */
  static double speedUpOfTwo() throws Exception {
    double warm = rate(1);
    double one = rate(1);
    double two = rate(2);
    return warm > 0 ? two / one : Double.NaN;
  }

  private static double rate(int threads) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Double>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        tasks.add(Cores::spin);
      }
      double sum = 0;
      for (Future<Double> each : pool.invokeAll(tasks)) {
        sum += each.get();
      }
      return sum;
    } finally {
      pool.shutdown();
    }
  }

  /** Multiplications a nanosecond. */
  private static double spin() {
    long start = System.nanoTime();
    long steps = 0;
    double x = 1;
    while (System.nanoTime() - start < PERIOD_NANOS) {
      for (int i = 0; i < STEPS; i++) {
        x *= 1.000_000_1;
      }
      steps += STEPS;
      x = Math.min(x, 2);
    }
    // The value has to be used, or there would be nothing to do
    return x > 0 ? (double) steps / (System.nanoTime() - start) : 0;
  }
}
