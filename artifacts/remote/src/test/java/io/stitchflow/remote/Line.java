package io.stitchflow.remote;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** Where a server writes to a client. */
final class Line extends FilterOutputStream {
  private static final int PAUSE_MILLIS = 20;

  private final Socket client;

  Line(Socket client) throws IOException {
    super(client.getOutputStream());
    this.client = client;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
  }

  /** Whether the client closes the connection within a short time. */
  boolean clientLeaves() throws IOException {
    client.setSoTimeout(PAUSE_MILLIS);
    try {
      return client.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }
}
