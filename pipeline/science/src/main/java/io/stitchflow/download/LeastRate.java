package io.stitchflow.download;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Ends a download that brings too few bytes for a while. A read timeout does not: a server that
 * sends a byte now and then, in the headers too, would hold the download for ever.
 */
final class LeastRate implements AutoCloseable {
  /** In each {@link #WINDOW}; the archives of CIFAR take six hours at most. */
  static final long LEAST_BYTES = 1 << 18;

  static final Duration WINDOW = Duration.ofSeconds(30);

  private final AtomicLong received = new AtomicLong();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile @Nullable HttpURLConnection connection;
  private volatile boolean tooSlow;

  private LeastRate() {}

  /** Watches until it is closed. */
  static LeastRate watch(Duration window) {
    LeastRate rate = new LeastRate();
    Thread thread = new Thread(() -> rate.watchEach(window), "download rate");
    thread.setDaemon(true);
    thread.start();
    return rate;
  }

  private void watchEach(Duration window) {
    long before = 0;
    try {
      while (!end.await(window.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = received.get();
        if (now - before < LEAST_BYTES) {
          tooSlow = true;
          HttpURLConnection open = connection;
          if (open != null) {
            open.disconnect();
          }
          return;
        }
        before = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is to be disconnected. */
  void connection(HttpURLConnection open) {
    connection = open;
  }

  void received(int bytes) {
    received.addAndGet(bytes);
  }

  /** Whether the download must end. */
  boolean isTooSlow() {
    return tooSlow;
  }

  @Override
  public void close() {
    end.countDown();
  }
}
