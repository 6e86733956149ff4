package io.stitchflow.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A build system's HTTP cache: GET, HEAD and PUT of files in a directory. */
final class HttpCacheServer implements Closeable {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Path directory;
  private final boolean ranges;

  private HttpCacheServer(HttpServer server, Path directory, boolean ranges) {
    this.server = server;
    this.directory = directory;
    this.ranges = ranges;
  }

  /**
   * @param ranges whether it honours {@code Range}, or answers with the whole object
   */
  static HttpCacheServer start(Path directory, boolean ranges) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    HttpCacheServer cache = new HttpCacheServer(server, directory, ranges);
    server.createContext("/", cache::answer);
    server.setExecutor(cache.threads);
    server.start();
    return cache;
  }

  String uri(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
  }

  /** The file under {@code cas/<sha256>} or {@code ac/<key>} of a path. */
  Path file(String path, String name) {
    return directory.resolve(path).resolve(name);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Path file = directory.resolve(exchange.getRequestURI().getPath().substring(1));
      switch (exchange.getRequestMethod()) {
        case "GET" -> get(exchange, file);
        case "HEAD" -> head(exchange, file);
        case "PUT" -> put(exchange, file);
        default -> exchange.sendResponseHeaders(405, -1);
      }
    }
  }

  private void get(HttpExchange exchange, Path file) throws IOException {
    if (!Files.exists(file)) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    byte[] bytes = Files.readAllBytes(file);
    int from = ranges ? from(exchange.getRequestHeaders().getFirst("Range")) : 0;
    if (from > 0 && from >= bytes.length) {
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    int length = bytes.length - from;
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, length == 0 ? -1 : length);
    exchange.getResponseBody().write(bytes, from, length);
  }

  private static int from(@Nullable String range) {
    Matcher matcher = RANGE.matcher(range == null ? "" : range);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private static void head(HttpExchange exchange, Path file) throws IOException {
    if (Files.exists(file)) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(Files.size(file)));
    }
    exchange.sendResponseHeaders(Files.exists(file) ? 200 : 404, -1);
  }

  private static void put(HttpExchange exchange, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path temporary = file.resolveSibling(UUID.randomUUID().toString());
    Files.copy(exchange.getRequestBody(), temporary);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    exchange.sendResponseHeaders(201, -1);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
