package io.stitchflow.remote;

import io.stitchflow.artifacts.RemoteStore;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP cache protocol of build systems: {@code GET}, {@code HEAD} and {@code PUT} of {@code
 * /cas/<sha256>} and {@code /ac/<key>}. An action is a blob there, since it hashes to its key.
 *
 * <p>The protocol has no conditional put: of two that publish another record under one key at once,
 * the last one stands.
 */
final class HttpStore implements RemoteStore {
  private static final Pattern NAME = Pattern.compile("(cas|ac|action)/[0-9a-f]{2}/([0-9a-f]{64})");
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]+)-[0-9]+/([0-9]+)");
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 60_000;
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int NOT_FOUND = 404;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final String address;

  HttpStore(String address) {
    this.address = address;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public @Nullable RemoteObject find(String name) throws IOException {
    HttpURLConnection connection = connect("HEAD", name);
    if (connection == null) {
      return null;
    }
    int status = status(connection);
    drain(connection);
    if (status == NOT_FOUND) {
      return null;
    }
    check(connection, status, OK);
    long modified = connection.getLastModified();
    return new RemoteObject(
        name,
        connection.getContentLengthLong(),
        modified == 0 ? null : Instant.ofEpochMilli(modified));
  }

  @Override
  public @Nullable RemoteBytes get(String name, long from) throws IOException {
    HttpURLConnection connection = connect("GET", name);
    if (connection == null) {
      return null;
    }
    if (from > 0) {
      connection.setRequestProperty("Range", "bytes=" + from + "-");
    }
    int status = status(connection);
    if (status == NOT_FOUND) {
      drain(connection);
      return null;
    }
    if (status == RANGE_NOT_SATISFIABLE) {
      drain(connection);
      RemoteObject object = find(name);
      return object == null
          ? null
          : new RemoteBytes(new ByteArrayInputStream(new byte[0]), object.sizeBytes());
    }
    if (status == PARTIAL) {
      return part(connection, from);
    }
    check(connection, status, OK);
    long objectBytes = connection.getContentLengthLong();
    InputStream stream = connection.getInputStream();
    // A server that knows no ranges starts at the first byte
    skip(stream, from);
    return new RemoteBytes(stream, objectBytes);
  }

  /** To the end where there are not so many. */
  private static void skip(InputStream stream, long bytes) throws IOException {
    try {
      stream.skipNBytes(bytes);
    } catch (EOFException e) {
      // it is at its end, which is what the caller gets
    }
  }

  private RemoteBytes part(HttpURLConnection connection, long from) throws IOException {
    String range = connection.getHeaderField("Content-Range");
    Matcher matcher = CONTENT_RANGE.matcher(range == null ? "" : range);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) != from) {
      drain(connection);
      throw new IOException(
          connection.getURL() + ": was asked for the bytes from " + from + ", but gave: " + range);
    }
    return new RemoteBytes(connection.getInputStream(), Long.parseLong(matcher.group(2)));
  }

  @Override
  public boolean putIfAbsent(String name, Content content) throws IOException {
    if (find(name) != null) {
      return false;
    }
    replace(name, content);
    return true;
  }

  @Override
  public void replace(String name, Content content) throws IOException {
    HttpURLConnection connection = connect("PUT", name);
    if (connection == null) {
      throw new UnsupportedOperationException(
          address + ": the HTTP cache protocol has no place for " + name);
    }
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(content.sizeBytes());
    connection.setRequestProperty("Content-Type", "application/octet-stream");
    int status;
    try (InputStream in = content.open();
        OutputStream out = connection.getOutputStream()) {
      in.transferTo(out);
      out.flush();
      status = status(connection);
    } catch (IOException e) {
      throw new IOException(connection.getURL() + ": " + reason(e), e);
    }
    drain(connection);
    if (status / 100 != 2) {
      throw refused(connection, status);
    }
  }

  @Override
  public List<RemoteObject> list(String prefix, String after) {
    throw new UnsupportedOperationException(address + ": the HTTP cache protocol has no listing");
  }

  @Override
  public void delete(String name) {
    throw new UnsupportedOperationException(address + ": the HTTP cache protocol has no delete");
  }

  @Override
  public void close() {}

  /** Null for names that the protocol has no place for. */
  private @Nullable HttpURLConnection connect(String method, String name) throws IOException {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    String kind = matcher.group(1).equals("ac") ? "/ac/" : "/cas/";
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(address + kind + matcher.group(2)).toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setUseCaches(false);
    return connection;
  }

  private static int status(HttpURLConnection connection) throws IOException {
    try {
      return connection.getResponseCode();
    } catch (IOException e) {
      throw new IOException(connection.getURL() + ": " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static void check(HttpURLConnection connection, int status, int wanted)
      throws IOException {
    if (status != wanted) {
      drain(connection);
      throw refused(connection, status);
    }
  }

  private static IOException refused(HttpURLConnection connection, int status) {
    return new IOException(
        connection.getURL() + ": answered " + connection.getRequestMethod() + " with " + status);
  }

  /** A connection serves again only once its answer was read. */
  private static void drain(HttpURLConnection connection) throws IOException {
    try (InputStream stream =
        connection.getErrorStream() == null
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      stream.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      connection.disconnect(); // then it will not serve again
    }
  }
}
