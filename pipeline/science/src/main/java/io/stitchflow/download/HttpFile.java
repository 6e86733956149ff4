package io.stitchflow.download;

import io.stitchflow.content.IoReason;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Locale;
import java.util.function.Consumer;

/** A file at an address of HTTP or HTTPS. Redirects are followed, but never from HTTPS to HTTP. */
public record HttpFile(URI address) {
  private static final int PATIENCE_MILLIS = 30_000;
  private static final int MOST_REDIRECTS = 10;
  private static final int LAST_PORT = 65_535;
  static final int RANGE_NOT_SATISFIABLE = 416;

  /**
   * A request.
   *
   * @param from the first byte that is requested
   * @param opened receives each connection before it is used
   */
  private record Request(
      String method, long from, int readMillis, Consumer<HttpURLConnection> opened) {
    HttpURLConnection open(URI at) throws IOException {
      HttpURLConnection connection = (HttpURLConnection) at.toURL().openConnection();
      opened.accept(connection);
      connection.setRequestMethod(method);
      connection.setInstanceFollowRedirects(false);
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(readMillis);
      connection.setRequestProperty("Accept-Encoding", "identity");
      if (from > 0) {
        connection.setRequestProperty("Range", "bytes=" + from + "-");
      }
      return connection;
    }
  }

  /** Whether a file can be downloaded from there. */
  public static boolean isHttp(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    return (scheme.equals("http") || scheme.equals("https"))
        && uri.getHost() != null
        && uri.getPort() <= LAST_PORT
        && uri.getRawUserInfo() == null;
  }

  /** The address for people; a query is left out, since it may hold a token. */
  public String shown() {
    return shown(address);
  }

  private static String shown(URI uri) {
    String text = uri.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query) + "?…";
  }

  /**
   * The file's size, which the server must state.
   *
   * @throws DownloadException if it does not
   */
  public long sizeBytes() throws DownloadException {
    HttpURLConnection connection = answer(new Request("HEAD", 0, PATIENCE_MILLIS, unused -> {}));
    long size = connection.getContentLengthLong();
    connection.disconnect();
    if (size < 0) {
      throw new DownloadException(shown() + " does not state the size of the file");
    }
    return size;
  }

  /**
   * The answer to a request for the bytes from there on: a part of the file, the whole file, or
   * {@link #RANGE_NOT_SATISFIABLE}.
   *
   * @param opened receives each connection before it is used
   * @throws DownloadException if the server does not answer with them
   */
  HttpURLConnection get(long from, int readMillis, Consumer<HttpURLConnection> opened)
      throws DownloadException {
    return answer(new Request("GET", from, Math.min(PATIENCE_MILLIS, readMillis), opened));
  }

  /** The connection that answers with the file, after redirects. */
  private HttpURLConnection answer(Request request) throws DownloadException {
    URI at = address;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      try {
        HttpURLConnection connection = request.open(at);
        int status = connection.getResponseCode();
        switch (status) {
          case HttpURLConnection.HTTP_OK, HttpURLConnection.HTTP_PARTIAL -> {
            checkRange(connection, request.from());
            return connection;
          }
          case 301, 302, 303, 307, 308 -> at = redirected(at, connection);
          case RANGE_NOT_SATISFIABLE -> {
            return connection;
          }
          default -> throw new DownloadException(shown(at) + " answers with status " + status);
        }
      } catch (DownloadException e) {
        throw e;
      } catch (IOException e) {
        throw new DownloadException("cannot reach " + shown(at) + ": " + IoReason.of(e), e);
      } catch (IllegalArgumentException e) {
        throw new DownloadException("cannot reach " + shown(at) + ": the address is invalid", e);
      }
    }
    throw new DownloadException(shown() + " redirects more than " + MOST_REDIRECTS + " times");
  }

  private void checkRange(HttpURLConnection connection, long from) throws IOException {
    String range = connection.getHeaderField("Content-Range");
    if (connection.getResponseCode() == HttpURLConnection.HTTP_PARTIAL
        && (range == null || !range.startsWith("bytes " + from + "-"))) {
      throw new DownloadException(
          shown()
              + " answers with the range '"
              + range
              + "', but bytes from "
              + from
              + " were requested");
    }
  }

  private static URI redirected(URI at, HttpURLConnection connection) throws DownloadException {
    String location = connection.getHeaderField("Location");
    if (location == null) {
      throw new DownloadException(shown(at) + " redirects without a Location header");
    }
    URI next = at.resolve(location);
    boolean weaker = "https".equalsIgnoreCase(at.getScheme()) && !"https".equals(next.getScheme());
    if (!isHttp(next) || weaker) {
      // Not the whole address: it may hold a token or a password
      throw new DownloadException(
          shown(at)
              + " redirects to a "
              + next.getScheme()
              + " address that downloads do not follow");
    }
    return next;
  }
}
