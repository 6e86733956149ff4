package io.stitchflow.torch;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A GPU, held by one thread at a time over all processes that a user has on a host.
 *
 * <p>A mark in the JVM, then the kernel's lock on a file named after the GPU, which ends with its
 * process however that ends. A thread that holds one gets the same again: stages that run inside
 * another, to recompute its lost inputs, share its GPU.
 */
final class DeviceLease implements AutoCloseable {
  private static final Set<PosixFilePermission> PRIVATE_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> PRIVATE_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final long FIRST_POLL_MILLIS = 5;
  private static final long LONGEST_POLL_MILLIS = 200;

  private static final ThreadLocal<@Nullable DeviceLease> HELD = new ThreadLocal<>();

  private final Gpu gpu;
  private final String mark;
  private final FileChannel channel;
  private int lanes = 1;

  private DeviceLease(Gpu gpu, String mark, FileChannel channel) {
    this.gpu = gpu;
    this.mark = mark;
    this.channel = channel;
  }

  /** Where the files are that a user's processes lock on this host. */
  static Path directory() {
    String user = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._-]", "_");
    return Path.of(System.getProperty("java.io.tmpdir"), "stitchflow-devices-" + user);
  }

  /**
   * Takes the first free one of {@code gpus}; waits while there is none.
   *
   * @throws InterruptedIOException if the thread is interrupted while it waits
   * @throws IOException if the files in {@code directory} cannot be had or are not private
   */
  static DeviceLease take(Path directory, List<Gpu> gpus) throws IOException {
    long pollMillis = FIRST_POLL_MILLIS;
    while (true) {
      @Nullable DeviceLease lease = tryTake(directory, gpus);
      if (lease != null) {
        return lease;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(pollMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted =
            new InterruptedIOException("interrupted while waiting for a free GPU");
        interrupted.initCause(e);
        throw interrupted;
      }
      pollMillis = Math.min(2 * pollMillis, LONGEST_POLL_MILLIS);
    }
  }

  /** The first free one of {@code gpus}, or null. */
  static @Nullable DeviceLease tryTake(Path directory, List<Gpu> gpus) throws IOException {
    if (gpus.isEmpty()) {
      throw new IllegalArgumentException("a lease needs GPUs to choose from, but none were given");
    }
    @Nullable DeviceLease held = HELD.get();
    if (held != null) {
      return held.again(gpus);
    }
    prepare(directory);
    for (Gpu gpu : gpus) {
      @Nullable DeviceLease lease = tryTake(directory, gpu);
      if (lease != null) {
        HELD.set(lease);
        return lease;
      }
    }
    return null;
  }

  private DeviceLease again(List<Gpu> gpus) {
    if (!gpus.contains(gpu)) {
      throw new IllegalStateException(
          "a thread that holds " + gpu + " cannot take another of " + gpus);
    }
    lanes++;
    return this;
  }

  private static @Nullable DeviceLease tryTake(Path directory, Gpu gpu) throws IOException {
    Path file = directory.resolve(gpu.name().replaceAll("[^A-Za-z0-9-]", "_") + ".lock");
    // A process's locks end when it closes the file anywhere, so nobody may open it a second time.
    // A system property, because a worker's JVM can load this class more than once.
    String mark = "stitchflow.device." + file;
    if (System.getProperties().putIfAbsent(mark, gpu.name()) != null) {
      return null;
    }
    @Nullable FileChannel channel = null;
    boolean locked = false;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
              PosixFilePermissions.asFileAttribute(PRIVATE_FILE));
      locked = channel.tryLock() != null;
      return locked ? new DeviceLease(gpu, mark, channel) : null;
    } finally {
      if (!locked) {
        release(channel, mark);
      }
    }
  }

  private static void prepare(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE_DIRECTORY));
    } catch (FileAlreadyExistsException e) {
      PosixFileAttributes there =
          Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!there.isDirectory() || !there.permissions().equals(PRIVATE_DIRECTORY)) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s must be a directory that only its owner can enter, but is %s with permissions %s; remove it",
                directory,
                there.isDirectory() ? "a directory" : "not a directory",
                PosixFilePermissions.toString(there.permissions())),
            e);
      }
    }
  }

  private static void release(@Nullable FileChannel channel, String mark) throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      System.clearProperty(mark);
    }
  }

  Gpu gpu() {
    return gpu;
  }

  /** Gives the GPU back, by the thread that took it, once for each time that it did. */
  @Override
  public void close() throws IOException {
    if (--lanes == 0) {
      HELD.remove();
      release(channel, mark);
    }
  }
}
