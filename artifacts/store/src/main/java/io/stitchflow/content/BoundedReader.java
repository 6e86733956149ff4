package io.stitchflow.content;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads files and streams that others wrote, up to a stated number of bytes.
 *
 * <p>The size that a file system reports bounds nothing: of a FIFO or a device it is 0, and a file
 * may grow while it is read. So what is counted is what was read.
 */
public final class BoundedReader {
  private BoundedReader() {}

  /**
   * The bytes of a regular file; symbolic links are followed.
   *
   * @throws FileSystemException with a reason in words if {@code file} is not a regular file, or
   *     has more than {@code maxBytes}
   * @throws IOException if it cannot be read
   */
  public static byte[] file(Path file, int maxBytes) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new FileSystemException(
          file.toString(), null, Files.isDirectory(file) ? "is a directory" : "not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return stream(in, file.toString(), maxBytes);
    }
  }

  /**
   * All bytes that are left in {@code in}.
   *
   * @param source where they come from, for the message
   * @throws FileSystemException with a reason in words if there are more than {@code maxBytes};
   *     what follows them is not read
   */
  public static byte[] stream(InputStream in, String source, int maxBytes) throws IOException {
    byte[] bytes = in.readNBytes(maxBytes);
    if (bytes.length == maxBytes && in.read() >= 0) {
      throw new FileSystemException(source, null, "larger than " + maxBytes + " bytes");
    }
    return bytes;
  }
}
