package io.stitchflow.download;

import io.stitchflow.content.IoReason;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;

/**
 * One file over HTTP, going on where it stopped: at once where the connection breaks, and in
 * another process from what the first has left. What comes is not checked but for its length; more
 * than that is never kept.
 *
 * @param sizeBytes of the whole file
 * @param part where it is collected
 * @param window in which {@link LeastRate#LEAST_BYTES} must come
 */
public record Download(HttpFile source, long sizeBytes, Path part, Duration window) {
  private static final int BUFFER_BYTES = 1 << 16;

  /** Breaks in a row without a byte between them. */
  private static final int MOST_BREAKS = 3;

  /** A download with the usual lowest rate. */
  public Download(HttpFile source, long sizeBytes, Path part) {
    this(source, sizeBytes, part, LeastRate.WINDOW);
  }

  /** Receives the number of bytes downloaded. */
  @FunctionalInterface
  public interface Progress {
    void advanced(long bytes, long all);
  }

  /** The connection ended too early; what came is kept. */
  private static final class BrokenException extends Exception {
    BrokenException(IOException cause) {
      super(IoReason.of(cause), cause);
    }
  }

  /**
   * Collects the whole file.
   *
   * @throws DownloadException if it is not to be had
   */
  public void run(Progress progress) throws IOException {
    if (Files.exists(part) && Files.size(part) > sizeBytes) {
      Files.delete(part);
    }
    try (LeastRate rate = LeastRate.watch(window)) {
      int breaks = 0;
      for (long before = size(); before < sizeBytes; before = size()) {
        try {
          receive(before, rate, progress);
        } catch (DownloadException e) {
          throw rate.isTooSlow() ? tooSlow(e) : e;
        } catch (BrokenException e) {
          breaks = size() > before ? 0 : breaks + 1;
          if (rate.isTooSlow()) {
            throw tooSlow(e);
          }
          if (breaks == MOST_BREAKS) {
            throw new DownloadException(
                String.format(
                    Locale.ROOT,
                    "%s broke off at %,d of %,d bytes (%s); run again to go on from there",
                    source.shown(),
                    size(),
                    sizeBytes,
                    e.getMessage()),
                e);
          }
        }
      }
    }
  }

  private DownloadException tooSlow(Exception cause) throws IOException {
    return new DownloadException(
        String.format(
            Locale.ROOT,
            "%s is too slow: less than %,d bytes in %,d seconds, %,d of %,d so far; run again to go"
                + " on from there, or use a mirror",
            source.shown(),
            LeastRate.LEAST_BYTES,
            window.toSeconds(),
            size(),
            sizeBytes),
        cause);
  }

  private long size() throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  private void receive(long from, LeastRate rate, Progress progress)
      throws IOException, BrokenException {
    HttpURLConnection connection = open(from, rate);
    try {
      long start = connection.getResponseCode() == HttpURLConnection.HTTP_PARTIAL ? from : 0;
      // Another length than the known one is another file: find out before it has all come
      long length = connection.getContentLengthLong();
      if (length >= 0 && start + length != sizeBytes) {
        throw new DownloadException(
            String.format(
                Locale.ROOT,
                "%s has %,d bytes, but %,d were expected",
                source.shown(),
                start + length,
                sizeBytes));
      }
      try (FileChannel file =
          FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.truncate(start);
        file.position(start);
        copy(connection, file, start, rate, progress);
      }
      if (size() > sizeBytes) {
        Files.delete(part);
        throw new DownloadException(
            source.shown() + " sends more than the expected " + sizeBytes + " bytes");
      }
      if (size() < sizeBytes) {
        throw new BrokenException(new IOException("the connection was closed"));
      }
    } finally {
      connection.disconnect();
    }
  }

  private HttpURLConnection open(long from, LeastRate rate) throws IOException {
    HttpURLConnection connection = source.get(from, (int) window.toMillis(), rate::connection);
    if (connection.getResponseCode() == HttpFile.RANGE_NOT_SATISFIABLE) {
      // Nothing to go on from
      Files.deleteIfExists(part);
      throw new DownloadException(
          source.shown() + " has fewer than the " + from + " bytes that were downloaded before");
    }
    return connection;
  }

  private void copy(
      HttpURLConnection connection, FileChannel file, long start, LeastRate rate, Progress progress)
      throws IOException, BrokenException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long received = start;
    progress.advanced(received, sizeBytes);
    InputStream in = body(connection);
    for (int n = read(in, buffer); n >= 0 && received <= sizeBytes; n = read(in, buffer)) {
      Channels.newOutputStream(file).write(buffer, 0, n);
      received += n;
      rate.received(n);
      if (rate.isTooSlow()) {
        throw new BrokenException(new IOException("too slow"));
      }
      progress.advanced(received, sizeBytes);
    }
  }

  private static InputStream body(HttpURLConnection connection) throws BrokenException {
    try {
      return connection.getInputStream();
    } catch (IOException e) {
      throw new BrokenException(e);
    }
  }

  private static int read(InputStream in, byte[] buffer) throws BrokenException {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new BrokenException(e);
    }
  }
}
