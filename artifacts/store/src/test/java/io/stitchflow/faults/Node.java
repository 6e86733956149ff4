package io.stitchflow.faults;

import java.nio.ByteBuffer;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A file or a directory, as programs see it, and what of that a loss of power may undo. */
abstract sealed class Node {
  Set<PosixFilePermission> permissions = EnumSet.allOf(PosixFilePermission.class);
  long modifiedMillis;

  /** Directory entries that name it. */
  int links;

  abstract long sizeBytes();

  /** Everything up to now survives. */
  abstract void force();

  /** Bytes, and the writes since they were last forced. */
  static final class FileNode extends Node {
    /** Part of a write that gets to the disk, or not, by itself. */
    private static final int SECTOR_BYTES = 512;

    private static final class Write {
      final int at;
      final byte[] bytes;

      Write(int at, byte[] bytes) {
        this.at = at;
        this.bytes = bytes;
      }
    }

    private byte[] bytes = new byte[0];
    private byte[] forced = new byte[0];
    private final List<Write> unforced = new ArrayList<>();

    /** Whether reading ends in an error. */
    boolean unreadable;

    @Override
    long sizeBytes() {
      return bytes.length;
    }

    byte[] bytes() {
      return bytes;
    }

    void write(int at, ByteBuffer from, int count) {
      byte[] written = new byte[count];
      from.get(written);
      bytes = written(bytes, at, written);
      for (int i = 0; i < count; i += SECTOR_BYTES) {
        int end = Math.min(count, i + SECTOR_BYTES);
        unforced.add(new Write(at + i, Arrays.copyOfRange(written, i, end)));
      }
    }

    void truncate(int size) {
      bytes = Arrays.copyOf(bytes, size);
      unforced.add(new Write(size, new byte[0])); // a write of nothing: the end of the file
    }

    @Override
    void force() {
      forced = bytes.clone();
      unforced.clear();
    }

    /** After a force that failed, a kernel may take the pages for clean: they never get there. */
    void forget() {
      unforced.clear();
    }

    /** What is there when power comes back: sectors in any choice, the last of them torn. */
    FileNode afterPowerLoss(double kept, Random random) {
      byte[] left = forced;
      for (Write write : unforced) {
        if (random.nextDouble() >= kept) {
          continue;
        }
        if (write.bytes.length == 0) {
          left = Arrays.copyOf(left, write.at);
        } else {
          int whole = write.bytes.length;
          int got = random.nextDouble() < kept ? whole : 1 + random.nextInt(whole);
          left = written(left, write.at, Arrays.copyOf(write.bytes, got));
        }
      }
      if (!unforced.isEmpty() && random.nextDouble() < kept) {
        left = Arrays.copyOf(left, bytes.length); // the length got there: zeros for what did not
      }
      FileNode node = new FileNode();
      node.bytes = left.clone();
      node.forced = left.clone();
      node.permissions = permissions;
      node.modifiedMillis = modifiedMillis;
      node.unreadable = unreadable;
      return node;
    }

    private static byte[] written(byte[] onto, int at, byte[] bytes) {
      byte[] result = Arrays.copyOf(onto, Math.max(onto.length, at + bytes.length));
      System.arraycopy(bytes, 0, result, at, bytes.length);
      return result;
    }
  }

  /** Names, and what each stood for since the directory was last forced. */
  static final class DirectoryNode extends Node {
    /** What a name stood for; null: nothing. */
    private record State(@Nullable Node node) {}

    final SortedMap<String, Node> entries = new TreeMap<>();
    private final Map<String, List<State>> unforced = new HashMap<>();

    @Override
    long sizeBytes() {
      return 0;
    }

    void set(String name, @Nullable Node node) {
      Node earlier = node == null ? entries.remove(name) : entries.put(name, node);
      List<State> states = unforced.computeIfAbsent(name, n -> new ArrayList<>());
      if (states.isEmpty()) {
        states.add(new State(earlier));
      }
      states.add(new State(node));
      if (earlier != null) {
        earlier.links--;
      }
      if (node != null) {
        node.links++;
      }
    }

    @Override
    void force() {
      unforced.clear();
    }

    /** What each name may stand for when power comes back: any one of its states since. */
    Map<String, Node> afterPowerLoss(double kept, Random random) {
      SortedMap<String, Node> left = new TreeMap<>(entries);
      for (Map.Entry<String, List<State>> entry : new TreeMap<>(unforced).entrySet()) {
        List<State> states = entry.getValue();
        int last = states.size() - 1;
        State state = states.get(random.nextDouble() < kept ? last : random.nextInt(last));
        if (kept == 0) {
          state = states.get(0);
        }
        if (state.node == null) {
          left.remove(entry.getKey());
        } else {
          left.put(entry.getKey(), state.node);
        }
      }
      return left;
    }
  }
}
