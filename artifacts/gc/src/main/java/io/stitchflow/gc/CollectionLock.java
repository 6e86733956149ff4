package io.stitchflow.gc;

import io.stitchflow.content.StoreException;
import io.stitchflow.store.directory.OpenedFiles;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;

/**
 * The kernel's lock on {@code gc/lock}: one collection, pin or undo at a time. Runs never take it.
 */
final class CollectionLock implements Closeable {
  private final FileChannel channel;

  private CollectionLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws StoreException if somebody else has it
   */
  static CollectionLock take(StoreDirectory directory) throws IOException {
    Path file = directory.folder(Folder.GC).resolve("lock");
    FileChannel channel = OpenedFiles.forLock(directory, file);
    boolean locked = false;
    try {
      locked = tryLock(channel);
    } catch (IOException e) {
      throw directory.explain(file, e);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    if (!locked) {
      throw new StoreException(
          file + ": another gc, pin or unpin is running in this store; retry when it has finished");
    }
    return new CollectionLock(channel);
  }

  /** Whether the file is now locked by this channel. */
  static boolean tryLock(FileChannel channel) throws IOException {
    return tryLock(channel, false);
  }

  /** As {@link #tryLock}, for a channel that only reads: fails while another has the lock. */
  static boolean tryShared(FileChannel channel) throws IOException {
    return tryLock(channel, true);
  }

  private static boolean tryLock(FileChannel channel, boolean shared) throws IOException {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, shared) != null;
    } catch (OverlappingFileLockException e) {
      return false; // somebody of this JVM has it
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
