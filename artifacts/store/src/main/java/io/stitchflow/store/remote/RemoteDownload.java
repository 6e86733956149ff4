package io.stitchflow.store.remote;

import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.OpenedFiles;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.remote.RemoteStore.RemoteBytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Brings one blob from a remote store into the directory, hashing while it arrives. It stops at the
 * recorded size; without one, at the size that the server states, or at 256 MiB and half of the
 * free space.
 *
 * <p>It is written to {@code tmp/<sha256>.part}, locked by its writer; what is there already, left
 * by a connection that broke or a process that was killed, is not fetched again. The lock saves
 * work only: {@link Store#open} hashes the blob once more as it stands.
 */
public final class RemoteDownload {
  /** How a download ended. */
  enum End {
    DONE,
    ABSENT,
    DAMAGED
  }

  /** Of the names of files that it writes. */
  public static final String SUFFIX = ".part";

  /** The size of a blob that no record names. */
  static final long UNKNOWN = -1;

  private static final int ATTEMPTS = 4;

  /** An answer that breaks off after fewer bytes is a failed attempt. */
  private static final int LEAST_BYTES = 1 << 16;

  /** Of a blob whose size neither a record nor the server states: more is taken for endless. */
  private static final long MOST_UNSTATED_BYTES = 256L << 20;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final long POLL_MILLIS = 20;

  private final RemoteStore remote;
  private final StoreDirectory directory;
  private final Digest digest;
  private final long sizeBytes;
  private final Path part;

  /**
   * @param sizeBytes as recorded, or {@link #UNKNOWN}
   */
  RemoteDownload(RemoteStore remote, StoreDirectory directory, Digest digest, long sizeBytes)
      throws IOException {
    this.remote = remote;
    this.directory = directory;
    this.digest = digest;
    this.sizeBytes = sizeBytes;
    this.part = directory.newTemporary().resolveSibling(digest.hex() + SUFFIX);
  }

  /**
   * @throws StoreException if this machine cannot keep the blob
   * @throws IOException if the remote store could not be read, after several attempts
   */
  End run() throws IOException {
    Path target = directory.path(Folder.CAS, digest);
    try (FileChannel channel = OpenedFiles.toContinue(directory, part);
        FileLock lock = lock(channel)) {
      if (!lock.isValid() || Files.exists(target)) {
        return End.DONE; // somebody else was faster
      }
      End end = fetchOrDelete(channel);
      if (end == End.DONE) {
        directory.seal(part);
        directory.linkIfAbsent(part, target);
      }
      Files.deleteIfExists(part);
      return end;
    }
  }

  private End fetchOrDelete(FileChannel channel) throws IOException {
    try {
      return fetch(channel);
    } catch (StoreException e) {
      Files.deleteIfExists(part); // the disk needs its space
      throw e;
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
          new InterruptedIOException("interrupted while another process downloads the blob")
              .initCause(e);
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
    if (sizeBytes != UNKNOWN && channel.size() > sizeBytes) {
      channel.truncate(0);
    }
    boolean continued = channel.size() > 0;
    MessageDigest sha256 = Digest.sha256();
    hash(channel, sha256);
    End end = append(channel, sha256);
    if (end == End.ABSENT || (end == End.DONE && Digest.from(sha256.digest()).equals(digest))) {
      return end;
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

  /** Appends what is missing; {@link End#DAMAGED} where the object has another size. */
  private End append(FileChannel channel, MessageDigest sha256) throws IOException {
    int failures = 0;
    while (true) {
      long from = channel.position();
      try (RemoteBytes bytes = open(from)) {
        if (bytes == null) {
          return End.ABSENT;
        }
        if (!copy(bytes, channel, sha256)) {
          return End.DAMAGED;
        }
        if (channel.position() >= bytes.objectBytes()) {
          return End.DONE;
        }
        throw new EOFException(
            remote.address()
                + ": the download of a blob ended after "
                + channel.position()
                + " bytes");
      } catch (StoreException e) {
        throw e;
      } catch (IOException e) {
        boolean moved = channel.isOpen() && channel.position() - from >= LEAST_BYTES;
        failures = moved ? 1 : failures + 1;
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

  /** False where there are more bytes than the blob can have. */
  private boolean copy(RemoteBytes bytes, FileChannel channel, MessageDigest sha256)
      throws IOException {
    if (sizeBytes != UNKNOWN && bytes.objectBytes() >= 0 && bytes.objectBytes() != sizeBytes) {
      return false;
    }
    long left = mostBytes(bytes.objectBytes(), channel.position()) - channel.position();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = bytes.stream().read(buffer); n >= 0; n = bytes.stream().read(buffer)) {
      left -= n;
      if (left < 0) {
        return false;
      }
      try {
        Channels.newOutputStream(channel).write(buffer, 0, n);
      } catch (IOException e) {
        throw directory.explain(part, e);
      }
      sha256.update(buffer, 0, n);
    }
    return true;
  }

  /**
   * @param here bytes that are on the disk already
   * @throws IOException if the disk cannot take the blob
   */
  private long mostBytes(long objectBytes, long here) throws IOException {
    long freeBytes = Files.getFileStore(part).getUsableSpace();
    long most = sizeBytes == UNKNOWN ? objectBytes : sizeBytes;
    if (most < 0) {
      return here + Math.min(freeBytes / 2, MOST_UNSTATED_BYTES);
    }
    if (most - here > freeBytes) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s/%s: has %,d bytes, but only %,d are free on the disk of %s; free some space",
              remote.address(),
              RemoteTier.blobName(digest),
              most,
              freeBytes,
              directory.root()));
    }
    return most;
  }
}
