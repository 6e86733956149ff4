package io.stitchflow.remote;

import java.time.Duration;

/**
 * How long one HTTP request may take. No limit is on the whole of a large transfer, but each keeps
 * a least rate.
 *
 * @param connect until the connection is there
 * @param window in which the answer's headers must come once the request is sent, and in which at
 *     least {@code leastBytes} must move either way
 * @param slowWindow the same for {@code POST}: S3 may take minutes to put large objects together
 */
record HttpLimits(Duration connect, Duration window, Duration slowWindow, int leastBytes) {
  static final HttpLimits DEFAULT =
      new HttpLimits(
          Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(5), 64 << 10);

  Duration window(String method) {
    return method.equals("POST") ? slowWindow : window;
  }
}
