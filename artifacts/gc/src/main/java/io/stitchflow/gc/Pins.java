package io.stitchflow.gc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.CheckedFrame;
import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Pin;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names for results that collection keeps: {@code pins/<name>}, a {@link Pin} in a {@link
 * CheckedFrame} under the digest of the name.
 */
public final class Pins {
  private static final byte[] MAGIC = {'S', 'F', 'P', 'I', 'N', 'S', 0, 1};

  /** Of a pin of 1.8 million results. */
  private static final int MOST_BYTES = 64 << 20;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

  private final StoreDirectory directory;

  public Pins(Store store) {
    this.directory = store.directory();
  }

  /**
   * Keeps these results under the name, and no longer what it kept before.
   *
   * @param keys of actions; at least one
   * @throws IllegalArgumentException if the name cannot be one, or there are no keys
   * @throws StoreException if a collection is going on, or the pin cannot be written
   */
  @SuppressWarnings("try") // the lock is held, not used
  public void pin(String name, Collection<Digest> keys) throws IOException {
    Path file = file(name);
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("pin " + name + " needs at least one result to keep");
    }
    Pin.Builder pin = Pin.newBuilder().setName(name);
    new TreeSet<>(keys).forEach(key -> pin.addKey(key.bytes()));
    try (CollectionLock lock = CollectionLock.take(directory)) {
      directory.write(
          file, CheckedFrame.encode(MAGIC, framed(name), ActionKeys.canonicalBytes(pin.build())));
    }
  }

  /**
   * Drops a pin, damaged or not.
   *
   * @return whether there was one
   * @throws IllegalArgumentException if the name cannot be one
   */
  public boolean unpin(String name) throws IOException {
    Path file = file(name);
    try {
      return directory.delete(file);
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
  }

  /**
   * The keys that each pin keeps, by name.
   *
   * @throws StoreException if a pin is damaged: what it keeps is not known
   */
  public SortedMap<String, SortedSet<Digest>> all() throws IOException {
    SortedMap<String, SortedSet<Digest>> all = new TreeMap<>();
    for (Path file : Listing.entries(directory, directory.folder(Folder.PINS))) {
      add(file, all);
    }
    return all;
  }

  private void add(Path file, SortedMap<String, SortedSet<Digest>> all) throws IOException {
    String name = file.getFileName().toString();
    byte @Nullable [] frame;
    try {
      frame = directory.read(file, MOST_BYTES);
    } catch (NoSuchFileException e) {
      return; // unpinned just now
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
    byte[] payload = frame == null ? null : CheckedFrame.decode(MAGIC, framed(name), frame);
    if (payload == null) {
      throw new StoreException(
          "pins/"
              + name
              + ": is damaged, so that what it keeps is not known; pin it again, unpin it, or move"
              + " it away if it is not a pin");
    }
    SortedSet<Digest> keys = new TreeSet<>();
    try {
      Pin.parseFrom(payload).getKeyList().forEach(key -> keys.add(Digest.from(key)));
    } catch (InvalidProtocolBufferException e) {
      throw new StoreException(
          "pins/" + name + ": was written by another version of Stitchflow; pin it again", e);
    }
    all.put(name, keys);
  }

  /**
   * Checks a name.
   *
   * @throws IllegalArgumentException if it cannot be a pin's
   */
  public static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a pin's name is 1 to 100 of A-Z, a-z, 0-9, '.', '_' and '-', and does not start with"
              + " '.', but was: '"
              + name
              + "'");
    }
  }

  private Path file(String name) {
    checkName(name);
    return directory.folder(Folder.PINS).resolve(name);
  }

  private static Digest framed(String name) {
    return Digest.of(name.getBytes(UTF_8));
  }
}
