package io.stitchflow.faults;

import io.stitchflow.faults.Node.DirectoryNode;
import io.stitchflow.faults.Node.FileNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory, used through {@link Path}s from {@link #path}.
 *
 * <p>As strict as POSIX allows. Bytes survive a loss of power once their file was forced; a name
 * (made, linked, renamed or removed) once its directory was; until then each sector and each name
 * by itself may be new or old. A force that failed loses what it should have saved. Reads and
 * writes are short. A full disk refuses what takes space and nothing else.
 *
 * <p>Time is a count of calls in milliseconds, from 2026 on. There are no symbolic links; locks are
 * always granted.
 */
public final class Disk {
  static final String NO_SPACE = "No space left on device";
  static final String INPUT_OUTPUT_ERROR = "Input/output error";

  /** What a file or directory takes by itself. */
  private static final int NODE_BYTES = 64;

  private static final long START_MILLIS = 1_767_225_600_000L;
  private static final int LONGEST_TRANSFER_BYTES = 4096;

  private final DiskFileSystem fileSystem = new DiskFileSystem(this);
  private final DirectoryNode root;
  private long capacityBytes = Long.MAX_VALUE;
  private long usedBytes;
  private long clock = START_MILLIS;
  private Fault fault = new Fault.None();
  private int calls;

  /** Empty and never full. */
  public Disk() {
    this(new DirectoryNode());
  }

  private Disk(DirectoryNode root) {
    this.root = root;
  }

  /** An absolute path on this disk. */
  public Path path(String absolute) {
    return fileSystem.getPath(absolute);
  }

  /** From now on, files and directories may take so much: their bytes, and 64 for each. */
  public synchronized void limit(long bytes) {
    capacityBytes = bytes;
  }

  /** What files and directories take, in the units of {@link #limit}. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  /** Another process starts, whose calls are counted from 0. */
  synchronized void start(Fault next) {
    fault = next;
    calls = 0;
  }

  /** Calls of this process. */
  synchronized int calls() {
    return calls;
  }

  /** From now on, reading the file's bytes ends in an error, as of a bad sector. */
  public synchronized void makeUnreadable(Path path) throws IOException {
    if (node(DiskPath.of(path)) instanceof FileNode file) {
      file.unreadable = true;
    }
  }

  /** The same again, all of it forced. */
  public Disk copy() {
    return afterPowerLoss(1, 0);
  }

  /**
   * What is left of it.
   *
   * @param kept how likely it is that something survives that need not, in [0, 1]
   */
  synchronized Disk afterPowerLoss(double kept, long seed) {
    Random random = new Random(seed);
    IdentityHashMap<Node, Node> copies = new IdentityHashMap<>();
    Disk left = new Disk((DirectoryNode) survivor(root, kept, random, copies));
    left.clock = clock;
    for (Node node : copies.values()) {
      left.usedBytes += node == left.root ? 0 : NODE_BYTES + node.sizeBytes();
    }
    return left;
  }

  private static Node survivor(
      Node node, double kept, Random random, IdentityHashMap<Node, Node> copies) {
    Node copy = copies.get(node);
    if (copy != null) {
      return copy;
    }
    if (node instanceof FileNode file) {
      copy = file.afterPowerLoss(kept, random);
      copies.put(node, copy);
      return copy;
    }
    DirectoryNode directory = new DirectoryNode();
    directory.permissions = node.permissions;
    directory.modifiedMillis = node.modifiedMillis;
    copies.put(node, directory);
    ((DirectoryNode) node)
        .afterPowerLoss(kept, random)
        .forEach((name, entry) -> directory.set(name, survivor(entry, kept, random, copies)));
    directory.force();
    return directory;
  }

  // What follows is one call each

  synchronized Node find(DiskPath path) throws IOException {
    call(path, false);
    return node(path);
  }

  synchronized List<String> list(DiskPath path) throws IOException {
    call(path, false);
    return new ArrayList<>(directory(path).entries.keySet());
  }

  synchronized void makeDirectory(DiskPath path) throws IOException {
    call(path, true);
    add(path, new DirectoryNode());
  }

  synchronized Node open(DiskPath path, boolean make, boolean onlyNew, boolean empty)
      throws IOException {
    call(path, make);
    Node node = lookUp(path);
    if (node == null && make) {
      node = new FileNode();
      add(path, node);
    } else if (node == null) {
      throw new NoSuchFileException(path.toString());
    } else if (onlyNew) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (empty && node instanceof FileNode file && file.sizeBytes() > 0) {
      resize(path, file, 0);
      file.truncate(0);
    }
    return node;
  }

  synchronized void link(DiskPath link, DiskPath existing) throws IOException {
    call(link, true);
    Node node = node(existing);
    if (lookUp(link) != null) {
      throw new FileAlreadyExistsException(link.toString());
    }
    if (!(node instanceof FileNode)) {
      throw new FileSystemException(
          link.toString(), existing.toString(), "Operation not permitted");
    }
    parent(link).set(link.name(), node);
  }

  synchronized void move(DiskPath from, DiskPath to, boolean replace) throws IOException {
    call(to, false);
    Node node = node(from);
    Node present = lookUp(to);
    if (present == node) {
      return; // as rename does with two links of one file
    }
    if (present != null) {
      if (!replace) {
        throw new FileAlreadyExistsException(to.toString());
      }
      checkReplaceable(to, node, present);
    }
    parent(to).set(to.name(), node);
    parent(from).set(from.name(), null);
    if (present != null) {
      free(present);
    }
  }

  synchronized void delete(DiskPath path) throws IOException {
    call(path, false);
    Node node = node(path);
    if (node instanceof DirectoryNode directory && !directory.entries.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    parent(path).set(path.name(), null);
    free(node);
  }

  synchronized int read(DiskPath path, FileNode file, long position, ByteBuffer into)
      throws IOException {
    call(path, false);
    if (file.unreadable) {
      throw new FileSystemException(path.toString(), null, INPUT_OUTPUT_ERROR);
    }
    if (position >= file.sizeBytes()) {
      return -1;
    }
    int count = (int) Math.min(file.sizeBytes() - position, transfer(into));
    into.put(file.bytes(), (int) position, count);
    return count;
  }

  synchronized int write(DiskPath path, FileNode file, long position, ByteBuffer from)
      throws IOException {
    call(path, true);
    int count = transfer(from);
    long growth = Math.max(0, position + count - file.sizeBytes());
    long free = capacityBytes - usedBytes;
    if (growth > free) {
      count = (int) Math.max(0, count - (growth - Math.max(0, free)));
      if (count == 0) {
        throw new FileSystemException(path.toString(), null, NO_SPACE);
      }
    }
    resize(path, file, Math.max(file.sizeBytes(), position + count));
    file.write((int) position, from, count);
    file.modifiedMillis = clock;
    return count;
  }

  synchronized void truncate(DiskPath path, FileNode file, long size) throws IOException {
    call(path, false);
    if (size < file.sizeBytes()) {
      resize(path, file, size);
      file.truncate((int) size);
      file.modifiedMillis = clock;
    }
  }

  synchronized void force(DiskPath path, Node node) throws IOException {
    try {
      call(path, false);
    } catch (IOException e) {
      if (node instanceof FileNode file) {
        file.forget();
      }
      throw e;
    }
    node.force();
  }

  /** A call whose effect lies elsewhere: attributes, locks, free space. */
  synchronized void touch(DiskPath path) throws IOException {
    call(path, false);
  }

  synchronized long totalBytes() {
    return capacityBytes;
  }

  private void call(DiskPath path, boolean takesSpace) throws IOException {
    clock++;
    fault.strike(calls++, takesSpace, path.toString());
  }

  private static int transfer(ByteBuffer buffer) {
    return Math.min(buffer.remaining(), LONGEST_TRANSFER_BYTES);
  }

  private void add(DiskPath path, Node node) throws IOException {
    if (lookUp(path) != null) {
      throw new FileAlreadyExistsException(path.toString());
    }
    DirectoryNode parent = parent(path);
    if (usedBytes + NODE_BYTES > capacityBytes) {
      throw new FileSystemException(path.toString(), null, NO_SPACE);
    }
    usedBytes += NODE_BYTES;
    node.modifiedMillis = clock;
    parent.set(path.name(), node);
    parent.modifiedMillis = clock;
  }

  private void resize(DiskPath path, FileNode file, long size) throws IOException {
    if (size > Integer.MAX_VALUE - Long.BYTES) {
      throw new FileSystemException(path.toString(), null, "File too large");
    }
    usedBytes += file.links == 0 ? 0 : size - file.sizeBytes();
  }

  private void free(Node node) {
    if (node.links == 0) {
      usedBytes -= NODE_BYTES + node.sizeBytes();
    }
  }

  private static void checkReplaceable(DiskPath to, Node node, Node present) throws IOException {
    if (present instanceof DirectoryNode directory) {
      if (node instanceof FileNode) {
        throw new FileSystemException(to.toString(), null, "Is a directory");
      }
      if (!directory.entries.isEmpty()) {
        throw new DirectoryNotEmptyException(to.toString());
      }
    } else if (node instanceof DirectoryNode) {
      throw new NotDirectoryException(to.toString());
    }
  }

  private Node node(DiskPath path) throws IOException {
    Node node = lookUp(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  private DirectoryNode directory(DiskPath path) throws IOException {
    if (node(path) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new NotDirectoryException(path.toString());
  }

  private DirectoryNode parent(DiskPath path) throws IOException {
    return directory((DiskPath) Objects.requireNonNull(path.getParent()));
  }

  private @Nullable Node lookUp(DiskPath path) throws IOException {
    Node node = root;
    for (String name : path.names()) {
      if (!(node instanceof DirectoryNode directory)) {
        throw new FileSystemException(path.toString(), null, "Not a directory");
      }
      node = directory.entries.get(name);
      if (node == null) {
        return null;
      }
    }
    return node;
  }
}
