package io.stitchflow.remote;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * An object's bytes. Errors name where they come from, and those of the S3 client are IO errors.
 */
final class NamedStream extends FilterInputStream {
  private static final int SKIPPED_BYTES = 8192;

  private final String source;

  NamedStream(InputStream in, String source) {
    super(in);
    this.source = source;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return super.read(buffer, offset, length);
    } catch (SdkException e) {
      throw S3Failure.explain(source, "", e);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(source + ": " + e.getMessage(), e);
    }
  }

  /** By reading, whose errors name the source. */
  @Override
  public long skip(long bytes) throws IOException {
    byte[] skipped = new byte[(int) Math.max(0, Math.min(bytes, SKIPPED_BYTES))];
    return Math.max(0, read(skipped, 0, skipped.length));
  }

  /** The S3 client would not close in an interrupted thread, which it remains. */
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      super.close();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
