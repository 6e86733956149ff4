package io.stitchflow.faults;

import io.stitchflow.faults.Node.FileNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An open file, or a directory opened to be forced. */
final class DiskChannel extends FileChannel {
  private static final int BUFFER_BYTES = 1 << 12;

  private final DiskPath path;
  private final Node node;
  private final boolean writes;
  private final boolean appends;
  private long position;

  DiskChannel(DiskPath path, Node node, boolean writes, boolean appends) {
    this.path = path;
    this.node = node;
    this.writes = writes;
    this.appends = appends;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int count = read(into, position);
    position += Math.max(0, count);
    return count;
  }

  @Override
  public int read(ByteBuffer into, long at) throws IOException {
    return path.disk().read(path, file(), at, into);
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (into[i].hasRemaining()) {
        return read(into[i]);
      }
    }
    return 0;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    if (appends) {
      position = file().sizeBytes();
    }
    int count = write(from, position);
    position += count;
    return count;
  }

  @Override
  public int write(ByteBuffer from, long at) throws IOException {
    FileNode file = file();
    if (!writes) {
      throw new NonWritableChannelException();
    }
    return path.disk().write(path, file, at, from);
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (from[i].hasRemaining()) {
        return write(from[i]);
      }
    }
    return 0;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long next) {
    position = next;
    return this;
  }

  @Override
  public long size() throws IOException {
    path.disk().touch(path);
    return file().sizeBytes();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    path.disk().truncate(path, file(), size);
    position = Math.min(position, size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    path.disk().force(path, node);
  }

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, BUFFER_BYTES));
    int read = read(buffer, at);
    return read < 0 ? 0 : target.write(buffer.flip());
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, BUFFER_BYTES));
    source.read(buffer);
    buffer.flip();
    long written = 0;
    while (buffer.hasRemaining()) {
      written += write(buffer, at + written);
    }
    return written;
  }

  /** A map of a copy: only the kernel makes such buffers. */
  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) throws IOException {
    path.disk().touch(path);
    if (mode != MapMode.READ_ONLY) {
      throw new UnsupportedOperationException("a disk of a test is mapped to be read");
    }
    Path copy = Files.createTempFile("mapped", null);
    try {
      Files.write(copy, file().bytes());
      try (FileChannel channel = FileChannel.open(copy)) {
        return channel.map(mode, at, size);
      }
    } finally {
      Files.delete(copy);
    }
  }

  @Override
  public FileLock lock(long at, long size, boolean shared) throws IOException {
    path.disk().touch(path);
    return new FileLock(this, at, size, shared) {
      @Override
      public boolean isValid() {
        return isOpen();
      }

      @Override
      public void release() {}
    };
  }

  @Override
  public FileLock tryLock(long at, long size, boolean shared) throws IOException {
    return lock(at, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    path.disk().touch(path);
  }

  private FileNode file() throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    if (node instanceof FileNode file) {
      return file;
    }
    throw new FileSystemException(path.toString(), null, "Is a directory");
  }
}
