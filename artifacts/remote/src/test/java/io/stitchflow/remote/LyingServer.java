package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.stitchflow.remote.Lie.Answer;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Passes requests on to an honest server, and gives answers that {@link Lie}s may distort. A
 * connection carries one request. Listens on the loopback interface only.
 */
final class LyingServer implements Closeable {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)");
  private static final Answer NOT_ASKED =
      new Answer(
          "/", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1), new byte[0]);

  private final ServerSocket listening;
  private final int port;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Schedule schedule = request -> new Step(Lie.NONE, true);

  private LyingServer(ServerSocket listening, int port) {
    this.listening = listening;
    this.port = port;
  }

  /**
   * What happens to one request.
   *
   * @param asked whether the honest server hears of it
   */
  record Step(Lie lie, boolean asked) {}

  /** What happens to each request, by its first line. */
  interface Schedule {
    Step next(String requestLine);
  }

  /** One before the honest server at that port of this machine. */
  static LyingServer before(int port) throws IOException {
    LyingServer server =
        new LyingServer(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), port);
    server.threads.execute(server::listen);
    return server;
  }

  void follow(Schedule given) {
    schedule = given;
  }

  void alwaysTell(Lie lie) {
    schedule = request -> new Step(lie, true);
  }

  int port() {
    return listening.getLocalPort();
  }

  int requests() {
    return requests.get();
  }

  private void listen() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        threads.execute(() -> answer(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void answer(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      String head = head(in);
      byte[] body = in.readNBytes(length(head));
      requests.incrementAndGet();
      String line = head.substring(0, head.indexOf('\r'));
      Step step;
      synchronized (this) {
        step = schedule.next(line);
      }
      Answer honest = step.asked() ? ask(line.split(" ", 3)[1], head, body) : NOT_ASKED;
      Line out = new Line(client);
      step.lie().tell(honest, out);
      out.flush();
    } catch (IOException e) {
      // The client has closed the connection
    }
  }

  private Answer ask(String path, String head, byte[] body) throws IOException {
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = server.getOutputStream();
      String once = head.replaceAll("(?i)\r\nconnection:[^\r]*", "");
      out.write(
          once.replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n").getBytes(ISO_8859_1));
      out.write(body);
      out.flush();
      byte[] all = server.getInputStream().readAllBytes();
      int end = new String(all, ISO_8859_1).indexOf("\r\n\r\n") + 4;
      if (end < 4) {
        throw new EOFException("the honest server did not answer");
      }
      return new Answer(path, Arrays.copyOf(all, end), Arrays.copyOfRange(all, end, all.length));
    }
  }

  private static int length(String head) {
    Matcher matcher = LENGTH.matcher(head);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  /** The request line and headers, up to and with the empty line. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("no request");
      }
      bytes.write(b);
      matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
    }
    return bytes.toString(ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listening.close();
    threads.shutdownNow();
  }
}
