package io.stitchflow.remote;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.exception.SdkException;

/** An object's bytes, whose errors and interrupts are those of every other stream. */
final class S3Stream extends FilterInputStream {
  private final String address;

  S3Stream(InputStream in, String address) {
    super(in);
    this.address = address;
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (SdkException e) {
      throw S3Failure.explain(address, "", e);
    }
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return super.read(buffer, offset, length);
    } catch (SdkException e) {
      throw S3Failure.explain(address, "", e);
    }
  }
}
