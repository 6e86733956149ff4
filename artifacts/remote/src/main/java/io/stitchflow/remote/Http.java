package io.stitchflow.remote;

import io.stitchflow.store.remote.RemoteStore.Content;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends HTTP requests within {@link HttpLimits}. Redirects are answers like any other. An interrupt
 * ends a request.
 */
final class Http {
  private final HttpClient client;
  private final HttpLimits limits;

  Http(HttpLimits limits) {
    this.limits = limits;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.connect())
            .build();
  }

  /** Sends a request without a body. The answer's body is to be closed. */
  HttpResponse<BodyStream> send(HttpRequest.Builder request, String method) throws IOException {
    return await(request.method(method, BodyPublishers.noBody()), method, new Sent(), 0);
  }

  /** Sends a request with a body. The answer's body is to be closed. */
  HttpResponse<BodyStream> send(HttpRequest.Builder request, String method, Content content)
      throws IOException {
    long sizeBytes = content.sizeBytes();
    if (sizeBytes == 0) {
      return send(request, method);
    }
    try (Sent sent = new Sent(content.open())) {
      request.method(
          method,
          BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> sent), sizeBytes));
      return await(request, method, sent, sizeBytes);
    }
  }

  private HttpResponse<BodyStream> await(
      HttpRequest.Builder request, String method, Sent sent, long sizeBytes) throws IOException {
    Duration window = limits.window(method);
    CompletableFuture<HttpResponse<BodyStream>> answer =
        client.sendAsync(request.build(), info -> new BodyStream(window, limits.leastBytes()));
    long before = 0;
    while (true) {
      try {
        return answer.get(window.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        long now = sent.bytes;
        // The server has one window more to answer after it has taken the last byte
        if (now - before < limits.leastBytes() && (now == before || now < sizeBytes)) {
          answer.cancel(true);
          throw new IOException(tooSlow(window, now - before, now < sizeBytes), e);
        }
        before = now;
      } catch (InterruptedException e) {
        answer.cancel(true);
        throw HttpFailure.interrupted(e);
      } catch (ExecutionException e) {
        throw HttpFailure.explain(e.getCause() == null ? e : e.getCause());
      }
    }
  }

  private String tooSlow(Duration window, long bytes, boolean sending) {
    return sending
        ? String.format(
            Locale.ROOT,
            "too slow: took %,d bytes in %s, at least %,d are required",
            bytes,
            HttpFailure.seconds(window),
            limits.leastBytes())
        : "no answer within " + HttpFailure.seconds(window);
  }

  /** Counts what was read for sending. */
  private static final class Sent extends FilterInputStream {
    private volatile long bytes;

    Sent() {
      this(InputStream.nullInputStream());
    }

    Sent(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      bytes += Math.max(0, n);
      return n;
    }
  }
}
