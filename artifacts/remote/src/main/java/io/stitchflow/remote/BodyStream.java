package io.stitchflow.remote;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an HTTP answer. Reading fails where waiting for {@code leastBytes} takes longer than
 * a window; time that the reader spends elsewhere does not count. An interrupt ends the wait.
 * Closing it early closes the connection, without reading the rest. For one reader.
 */
final class BodyStream extends InputStream implements BodySubscriber<BodyStream> {
  private static final List<ByteBuffer> END = List.of();

  /** What is read of an answer that nobody wants, so that its connection can be used again. */
  private static final int MOST_DISCARDED_BYTES = 64 << 10;

  private static final long DISCARD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long windowNanos;
  private final int leastBytes;

  /** At most one list at a time, and {@link #END}. */
  private final BlockingQueue<List<ByteBuffer>> arrived = new LinkedBlockingQueue<>();

  private volatile @Nullable Throwable failure;
  private @Nullable Subscription subscription;
  private boolean closed;

  // Of the reader only
  private final Queue<ByteBuffer> unread = new ArrayDeque<>();
  private boolean ended;
  private long waitedNanos;
  private long movedBytes;

  BodyStream(Duration window, int leastBytes) {
    this.windowNanos = window.toNanos();
    this.leastBytes = leastBytes;
  }

  @Override
  public CompletionStage<BodyStream> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public synchronized void onSubscribe(Subscription given) {
    subscription = given;
    if (closed) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (buffers.isEmpty()) {
      requestOne(); // an empty list stands for the end
    } else {
      arrived.add(buffers);
    }
  }

  @Override
  public void onError(Throwable error) {
    failure = error;
    arrived.add(END);
  }

  @Override
  public void onComplete() {
    arrived.add(END);
  }

  private synchronized void requestOne() {
    if (subscription != null && !closed) {
      subscription.request(1);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended && !hasUnread()) {
      take(await());
    }
    ByteBuffer next = unread.peek();
    if (next == null) {
      return -1;
    }
    int n = Math.min(length, next.remaining());
    next.get(buffer, offset, n);
    return n;
  }

  private boolean hasUnread() {
    while (!unread.isEmpty() && !unread.element().hasRemaining()) {
      unread.remove();
    }
    return !unread.isEmpty();
  }

  private void take(List<ByteBuffer> buffers) throws IOException {
    if (buffers == END) {
      ended = true;
      if (failure != null) {
        throw HttpFailure.explain(failure);
      }
      return;
    }
    for (ByteBuffer buffer : buffers) {
      movedBytes += buffer.remaining();
      unread.add(buffer);
    }
    if (movedBytes >= leastBytes) {
      movedBytes = 0;
      waitedNanos = 0;
    }
    requestOne();
  }

  private List<ByteBuffer> await() throws IOException {
    long start = System.nanoTime();
    List<ByteBuffer> next;
    try {
      next = arrived.poll(windowNanos - waitedNanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      close();
      throw HttpFailure.interrupted(e);
    }
    waitedNanos += System.nanoTime() - start;
    if (next == null) {
      close();
      throw new IOException(
          String.format(
              Locale.ROOT,
              "too slow: %,d bytes in %s, at least %,d are required",
              movedBytes,
              HttpFailure.seconds(Duration.ofNanos(windowNanos)),
              leastBytes));
    }
    return next;
  }

  /** Reads the rest if it is short and comes at once, so that the connection can be used again. */
  void discard() {
    long end = System.nanoTime() + Math.min(DISCARD_NANOS, windowNanos);
    long bytes = 0;
    try {
      while (!ended && bytes <= MOST_DISCARDED_BYTES) {
        List<ByteBuffer> next = arrived.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (next == null) {
          break;
        }
        ended = next == END;
        bytes += next.stream().mapToLong(ByteBuffer::remaining).sum();
        requestOne();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (subscription != null && !ended) {
      subscription.cancel();
    }
  }
}
