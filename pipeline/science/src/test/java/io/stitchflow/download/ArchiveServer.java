package io.stitchflow.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** Serves one file on loopback, and breaks off where it is told to. */
public final class ArchiveServer implements AutoCloseable {
  private final HttpServer server;
  private final byte[] file;
  private final Deque<Integer> breaks = new ArrayDeque<>();
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private boolean ranges = true;

  public static final int STALLED_AFTER = 100;

  private ArchiveServer(HttpServer server, byte[] file) {
    this.server = server;
    this.file = file.clone();
  }

  public static ArchiveServer start(byte[] file) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ArchiveServer server = new ArchiveServer(http, file);
    http.createContext("/archive", server::serve);
    http.createContext("/moved", exchange -> server.redirect(exchange, "/archive"));
    http.createContext("/circle", exchange -> server.redirect(exchange, "/circle"));
    http.createContext("/stalled", server::stall);
    http.createContext(
        "/named", exchange -> server.redirect(exchange, "http://u:secret@127.0.0.1/archive"));
    http.createContext("/ftp", exchange -> server.redirect(exchange, "ftp://localhost/archive"));
    http.start();
    return server;
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  /** The next requests end after so many bytes each. */
  public void breakAfter(Integer... bytes) {
    breaks.addAll(List.of(bytes));
  }

  /** Answers with the whole file, whatever range is asked for. */
  public void ignoreRanges() {
    ranges = false;
  }

  /** The ranges asked for; empty for the whole. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private void serve(HttpExchange exchange) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(file.length));
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    asked.add(range == null ? "" : range);
    int from =
        range == null || !ranges
            ? 0
            : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (file.length - 1) + "/" + file.length);
    }
    int count = file.length - from;
    Integer breaking = breaks.poll();
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, count);
    OutputStream body = exchange.getResponseBody();
    body.write(file, from, breaking == null ? count : Math.min(breaking, count));
    body.flush();
    exchange.close();
  }

  /** Sends a few bytes and no more until the server stops. */
  private void stall(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, file.length);
    exchange.getResponseBody().write(file, 0, STALLED_AFTER);
    exchange.getResponseBody().flush();
  }

  private void redirect(HttpExchange exchange, String to) throws IOException {
    exchange.getResponseHeaders().set("Location", to);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
