package io.stitchflow.store.remote;

import io.stitchflow.content.BoundedReader;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Objects that are kept elsewhere, under the names that files have in a store's directory: {@code
 * cas/ab/<sha256>}, {@code ac/ab/<key>}, {@code action/ab/<key>}, {@code FORMAT}.
 *
 * <p>An object is there whole or not at all. Nothing promises that its bytes are right: the caller
 * that reads verifies. For any number of threads. An {@link IOException} says that the other side
 * could not be asked, or did not do what it was asked.
 */
public interface RemoteStore extends Closeable {
  /**
   * The largest record, action, lease, object of events or file of a run, in bytes. Larger ones are
   * refused.
   */
  int MOST_SMALL_BYTES = 16 << 20;

  /** What not every kind of remote store can do. */
  enum Capability {
    /** Of many that put under one name at once, one wins and the others get the result false. */
    FIRST_WINS,
    /** {@link #list}. */
    LIST,
    /** {@link #delete}. */
    DELETE,
    /** Holds objects of any name; else only blobs, records and actions. */
    ANY_NAME
  }

  /**
   * An object, without its bytes.
   *
   * @param sizeBytes negative where the server does not say
   */
  record RemoteObject(String name, long sizeBytes) {}

  /**
   * An object's bytes as they arrive.
   *
   * @param objectBytes the size of the whole object, negative where the server does not say
   */
  record RemoteBytes(InputStream stream, long objectBytes) implements Closeable {
    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  /** What is put: may be opened several times, since it may have to be sent again. */
  interface Content {
    long sizeBytes();

    InputStream open() throws IOException;

    static Content of(byte[] bytes) {
      return new Content() {
        @Override
        public long sizeBytes() {
          return bytes.length;
        }

        @Override
        public InputStream open() {
          return new ByteArrayInputStream(bytes);
        }
      };
    }

    /** A file that does not change. */
    static Content of(Path file) throws IOException {
      long sizeBytes = Files.size(file);
      return new Content() {
        @Override
        public long sizeBytes() {
          return sizeBytes;
        }

        @Override
        public InputStream open() throws IOException {
          return Files.newInputStream(file);
        }
      };
    }
  }

  /** Where it is, for people; never with credentials. */
  String address();

  Set<Capability> capabilities();

  /** The object, or null if there is none. */
  @Nullable RemoteObject find(String name) throws IOException;

  /**
   * The object's bytes after the first {@code from}, or null if there is none; no bytes where it is
   * not longer than that.
   */
  @Nullable RemoteBytes get(String name, long from) throws IOException;

  /**
   * All bytes of an object that fits in memory, or null if there is none.
   *
   * @throws FileSystemException if it has more than {@link #MOST_SMALL_BYTES}
   */
  default byte @Nullable [] getSmall(String name) throws IOException {
    try (RemoteBytes bytes = get(name, 0)) {
      return bytes == null
          ? null
          : BoundedReader.stream(bytes.stream(), address() + "/" + name, MOST_SMALL_BYTES);
    }
  }

  /**
   * Puts an object unless there is one.
   *
   * @return whether it was put. Without {@link Capability#FIRST_WINS} several concurrent writers
   *     may get true, and the last one's bytes stand
   */
  boolean putIfAbsent(String name, Content content) throws IOException;

  /** Puts an object over whatever is there. */
  void replace(String name, Content content) throws IOException;

  /**
   * Objects whose names start with {@code prefix} and come after {@code after}, in the order of
   * their names.
   *
   * @param after empty for all
   * @throws UnsupportedOperationException without {@link Capability#LIST}
   */
  List<RemoteObject> list(String prefix, String after) throws IOException;

  /**
   * Removes an object; nothing happens if there is none.
   *
   * @throws UnsupportedOperationException without {@link Capability#DELETE}
   */
  void delete(String name) throws IOException;

  @Override
  void close();
}
