package io.stitchflow.remote;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says in words why an HTTP request failed. */
final class HttpFailure {
  private HttpFailure() {}

  /** Of what the JDK's client reports, which is any kind of exception for an answer it rejects. */
  static IOException explain(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return new IOException("unknown host", failure);
      }
    }
    if (failure instanceof HttpConnectTimeoutException) {
      return new IOException("no connection within the time limit", failure);
    }
    if (failure instanceof ConnectException) {
      return new IOException(reason(failure, "cannot connect"), failure);
    }
    return failure instanceof IOException
        ? new IOException(reason(failure, "connection broken"), failure)
        : new IOException("not a valid HTTP answer: " + reason(failure, "malformed"), failure);
  }

  private static String reason(Throwable failure, String otherwise) {
    @Nullable String message = failure.getMessage();
    return message == null ? otherwise : message;
  }

  static InterruptedIOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
  }

  static String seconds(Duration duration) {
    return duration.toMillis() / 1e3 + " s";
  }
}
