package io.stitchflow.artifacts;

import io.stitchflow.artifacts.RemoteStore.RemoteBytes;
import io.stitchflow.artifacts.StoreDirectory.Folder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Brings one blob from a remote store into the directory, hashing while it arrives.
 *
 * <p>It is written to {@code tmp/<sha256>.part}, locked by whoever writes; what is there already,
 * left by a connection that broke or a process that was killed, is not fetched again. The lock
 * saves work only: {@link Store#open} hashes the blob once more as it stands.
 */
final class RemoteDownload {
  /** How a download ended. */
  enum End {
    DONE,
    ABSENT,
    DAMAGED
  }

  /** Of the names of files that it writes. */
  static final String SUFFIX = ".part";

  private static final int ATTEMPTS = 4;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long POLL_MILLIS = 20;

  private final RemoteStore remote;
  private final StoreDirectory directory;
  private final Digest digest;
  private final Path part;

  RemoteDownload(RemoteStore remote, StoreDirectory directory, Digest digest) throws IOException {
    this.remote = remote;
    this.directory = directory;
    this.digest = digest;
    this.part = directory.newTemporary().resolveSibling(digest.hex() + SUFFIX);
  }

  /**
   * @throws StoreException if this machine cannot keep the blob
   * @throws IOException if the remote store could not be read, after several attempts
   */
  End run() throws IOException {
    Path target = directory.path(Folder.CAS, digest);
    try (FileChannel channel = directory.openToContinue(part);
        FileLock lock = lock(channel)) {
      if (!lock.isValid() || Files.exists(target)) {
        return End.DONE; // somebody else was faster
      }
      End end = fetch(channel);
      if (end == End.DONE) {
        directory.seal(part);
        directory.linkIfAbsent(part, target);
      }
      Files.deleteIfExists(part);
      return end;
    }
  }

  private FileLock lock(FileChannel channel) throws IOException {
    try {
      while (true) {
        FileLock lock = tryLock(channel);
        if (lock != null) {
          return lock;
        }
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException)
          new InterruptedIOException("interrupted while another fetches it").initCause(e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another thread has it
    }
  }

  private End fetch(FileChannel channel) throws IOException {
    boolean continued = channel.size() > 0;
    MessageDigest sha256 = Digest.sha256();
    hash(channel, sha256);
    if (!append(channel, sha256)) {
      return End.ABSENT;
    }
    if (Digest.from(sha256.digest()).equals(digest)) {
      return End.DONE;
    }
    channel.truncate(0);
    // What was there may have been at fault
    return continued ? fetch(channel) : End.DAMAGED;
  }

  private static void hash(FileChannel channel, MessageDigest sha256) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    channel.position(0);
    while (channel.read(buffer) >= 0) {
      sha256.update(buffer.flip());
      buffer.clear();
    }
  }

  /** Appends what is missing; false if there is no such object. */
  private boolean append(FileChannel channel, MessageDigest sha256) throws IOException {
    int failures = 0;
    while (true) {
      long from = channel.position();
      try (RemoteBytes bytes = open(from)) {
        if (bytes == null) {
          return false;
        }
        copy(bytes, channel, sha256);
        if (channel.position() >= bytes.objectBytes()) {
          return true;
        }
        throw new EOFException(
            remote.address() + ": ended after " + channel.position() + " bytes of a blob");
      } catch (StoreException e) {
        throw e;
      } catch (IOException e) {
        failures = channel.isOpen() && channel.position() > from ? 1 : failures + 1;
        if (failures == ATTEMPTS || !channel.isOpen() || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
    }
  }

  /** A store that is set up wrongly is trouble like any other here, and none of this machine's. */
  private @Nullable RemoteBytes open(long from) throws IOException {
    try {
      return remote.get(RemoteTier.blobName(digest), from);
    } catch (StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void copy(RemoteBytes bytes, FileChannel channel, MessageDigest sha256)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = bytes.stream().read(buffer); n >= 0; n = bytes.stream().read(buffer)) {
      ByteBuffer arrived = ByteBuffer.wrap(buffer, 0, n);
      try {
        while (arrived.hasRemaining()) {
          channel.write(arrived);
        }
      } catch (IOException e) {
        throw directory.explain(part, e);
      }
      sha256.update(buffer, 0, n);
    }
  }
}
