package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Passes requests on to S3Proxy, those with {@code If-None-Match} one at a time.
 *
 * <p>S3Proxy 3.1.0 honours that header, but looks first and then puts: of eight that put at once it
 * tells up to seven that they won. S3 itself, and MinIO, tell one. A connection carries one
 * request, so that its end is the end of the answer.
 */
final class OneAtATime implements Closeable {
  private final ServerSocket listening;
  private final int port;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ReentrantLock conditional = new ReentrantLock();

  private OneAtATime(ServerSocket listening, int port) {
    this.listening = listening;
    this.port = port;
  }

  static OneAtATime before(int port) throws IOException {
    OneAtATime front =
        new OneAtATime(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), port);
    front.threads.execute(front::listen);
    return front;
  }

  int port() {
    return listening.getLocalPort();
  }

  private void listen() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        threads.execute(() -> pass(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void pass(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      if (head.isEmpty()) {
        return;
      }
      boolean alone = head.toLowerCase(Locale.ROOT).contains("\r\nif-none-match:");
      if (alone) {
        conditional.lock();
      }
      try {
        exchange(client, head);
      } finally {
        if (alone) {
          conditional.unlock();
        }
      }
    } catch (IOException e) {
      // Whoever asked sees the connection end
    }
  }

  private void exchange(Socket client, String head) throws IOException {
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = server.getOutputStream();
      String once =
          head.replaceAll("(?i)\r\nconnection:[^\r]*", "")
              .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
      out.write(once.getBytes(ISO_8859_1));
      out.flush();
      threads.execute(
          () -> {
            try {
              client.getInputStream().transferTo(out);
            } catch (IOException e) {
              // the answer has been given, or never will be
            }
          });
      server.getInputStream().transferTo(client.getOutputStream());
    }
  }

  /** The request line and headers, up to and with the empty line. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int b = in.read();
      if (b < 0) {
        return "";
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
