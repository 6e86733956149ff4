package io.stitchflow.dataset;

import io.stitchflow.content.IoReason;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
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
record Download(URI source, long sizeBytes, Path part, Duration window) {
  private static final int PATIENCE_MILLIS = 30_000;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MOST_REDIRECTS = 10;
  private static final int LAST_PORT = 65_535;

  /** Breaks in a row without a byte between them. */
  private static final int MOST_BREAKS = 3;

  /** The connection ended too early; what came is kept. */
  private static final class BrokenException extends Exception {
    BrokenException(IOException cause) {
      super(IoReason.of(cause), cause);
    }
  }

  static boolean isHttp(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    return (scheme.equals("http") || scheme.equals("https"))
        && uri.getHost() != null
        && uri.getPort() <= LAST_PORT
        && uri.getRawUserInfo() == null;
  }

  /** The address for people; a query is left out, since it may hold a token. */
  static String shown(URI uri) {
    String text = uri.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query) + "?…";
  }

  /**
   * Collects the whole file.
   *
   * @throws DownloadException if it is not to be had
   */
  void run(OfficialArchive.Progress progress) throws IOException {
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
                    shown(source),
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
                + " on from there, or name a mirror by url",
            shown(source),
            LeastRate.LEAST_BYTES,
            window.toSeconds(),
            size(),
            sizeBytes),
        cause);
  }

  private long size() throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  private void receive(long from, LeastRate rate, OfficialArchive.Progress progress)
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
                "%s has %,d bytes, but the official archive has %,d",
                shown(source),
                start + length,
                sizeBytes),
            null);
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
            shown(source) + " sends more than the " + sizeBytes + " bytes of the official archive",
            null);
      }
      if (size() < sizeBytes) {
        throw new BrokenException(new IOException("the connection was closed"));
      }
    } finally {
      connection.disconnect();
    }
  }

  private void copy(
      HttpURLConnection connection,
      FileChannel file,
      long start,
      LeastRate rate,
      OfficialArchive.Progress progress)
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

  /** Asks for the bytes from there on; follows redirects, but never from HTTPS to HTTP. */
  private HttpURLConnection open(long from, LeastRate rate) throws DownloadException {
    URI at = source;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      try {
        HttpURLConnection connection = (HttpURLConnection) at.toURL().openConnection();
        rate.connection(connection);
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout((int) Math.min(PATIENCE_MILLIS, window.toMillis()));
        connection.setRequestProperty("Accept-Encoding", "identity");
        if (from > 0) {
          connection.setRequestProperty("Range", "bytes=" + from + "-");
        }
        int status = connection.getResponseCode();
        switch (status) {
          case HttpURLConnection.HTTP_OK, HttpURLConnection.HTTP_PARTIAL -> {
            checkRange(connection, from);
            return connection;
          }
          case 301, 302, 303, 307, 308 -> at = redirected(at, connection);
          case 416 -> {
            // Shorter than what there is: nothing to go on from
            Files.deleteIfExists(part);
            throw new DownloadException(
                shown(at) + " has fewer than the " + from + " bytes that were downloaded before",
                null);
          }
          default ->
              throw new DownloadException(shown(at) + " answers with status " + status, null);
        }
      } catch (DownloadException e) {
        throw e;
      } catch (IOException e) {
        throw new DownloadException("cannot reach " + shown(at) + ": " + IoReason.of(e), e);
      } catch (IllegalArgumentException e) {
        throw new DownloadException("cannot reach " + shown(at) + ": the address is invalid", e);
      }
    }
    throw new DownloadException(
        shown(source) + " redirects more than " + MOST_REDIRECTS + " times", null);
  }

  private void checkRange(HttpURLConnection connection, long from) throws IOException {
    String range = connection.getHeaderField("Content-Range");
    if (connection.getResponseCode() == HttpURLConnection.HTTP_PARTIAL
        && (range == null || !range.startsWith("bytes " + from + "-"))) {
      throw new DownloadException(
          shown(source)
              + " answers with the range '"
              + range
              + "', but bytes from "
              + from
              + " were requested",
          null);
    }
  }

  private static URI redirected(URI at, HttpURLConnection connection) throws DownloadException {
    String location = connection.getHeaderField("Location");
    if (location == null) {
      throw new DownloadException(shown(at) + " redirects without a Location header", null);
    }
    URI next = at.resolve(location);
    boolean weaker = "https".equalsIgnoreCase(at.getScheme()) && !"https".equals(next.getScheme());
    if (!isHttp(next) || weaker) {
      // Not the whole address: it may hold a token or a password
      throw new DownloadException(
          shown(at)
              + " redirects to a "
              + next.getScheme()
              + " address that downloads do not follow",
          null);
    }
    return next;
  }
}
