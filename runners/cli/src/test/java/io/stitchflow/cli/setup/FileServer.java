package io.stitchflow.cli.setup;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;

/** Serves one file on loopback at {@code /file}, and can break off. */
final class FileServer implements AutoCloseable {
  private final HttpServer server;
  private final byte[] file;
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private volatile int mostBytes = Integer.MAX_VALUE;
  private volatile boolean ranges = true;

  private FileServer(HttpServer server, byte[] file) {
    this.server = server;
    this.file = file.clone();
  }

  static FileServer start(byte[] file) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    FileServer server = new FileServer(http, file);
    http.createContext("/file", server::serve);
    http.setExecutor(
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work);
              thread.setDaemon(true);
              return thread;
            }));
    http.start();
    return server;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/file";
  }

  /** Each answer ends after so many bytes. */
  void breakAfter(int bytes) {
    mostBytes = bytes;
  }

  void neverBreak() {
    mostBytes = Integer.MAX_VALUE;
  }

  /** Answers with the whole file, whatever range is requested. */
  void ignoreRanges() {
    ranges = false;
  }

  /** Methods, with the range if there was one. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private void serve(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    requests.add(exchange.getRequestMethod() + (range == null ? "" : " " + range));
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(file.length));
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
      return;
    }
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
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, count);
    OutputStream body = exchange.getResponseBody();
    body.write(file, from, Math.min(mostBytes, count));
    body.flush();
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
