package io.stitchflow.store.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.ProcessName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who computes a key, as its lock file says, or an object of a remote store: a line of host,
 * heartbeats so far, and the owner's name.
 *
 * @param host names the running kernel, within which file locks are known to work
 * @param beats grows as long as the owner lives, also from one lease of a process to its next
 * @param owner for people
 */
public record Lease(String host, long beats, String owner) {
  static final int MOST_BYTES = 512;
  private static final int FIELDS = 3;
  private static final AtomicLong LAST = new AtomicLong();
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** What this process writes when it takes a key. */
  public static Lease ofThisProcess() {
    return new Lease(thisHost(), LAST.updateAndGet(Lease::later), ProcessName.get());
  }

  /** Far more than a lease beats in that time, and unique in this process. */
  private static long later(long last) {
    return Math.max(last + 1, System.currentTimeMillis());
  }

  private static String thisHost() {
    try {
      return Files.readString(BOOT_ID, UTF_8).trim();
    } catch (IOException e) {
      return ProcessName.get(); // no Linux: every process counts as a host, and leases expire
    }
  }

  Lease next() {
    return new Lease(host, beats + 1, owner);
  }

  public boolean isFrom(Lease other) {
    return host.equals(other.host);
  }

  /** The lease in the file, or null if there is none that can be read. */
  public static @Nullable Lease read(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
    int read = 1;
    while (bytes.hasRemaining() && read > 0) {
      read = file.read(bytes, bytes.position());
    }
    return decode(bytes.flip());
  }

  /** The lease that the bytes are, or null if they are none. */
  static @Nullable Lease decode(ByteBuffer bytes) {
    String[] fields = UTF_8.decode(bytes).toString().split("[ \n]", FIELDS);
    try {
      return fields.length == FIELDS
          ? new Lease(fields[0], Long.parseLong(fields[1]), fields[2].trim())
          : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  byte[] encode() {
    return (host + " " + beats + " " + owner + "\n").getBytes(UTF_8);
  }

  public void write(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(encode());
    int length = bytes.remaining();
    while (bytes.hasRemaining()) {
      file.write(bytes, bytes.position());
    }
    file.truncate(length);
  }

  public static void clear(FileChannel file) throws IOException {
    file.truncate(0);
  }
}
