package io.stitchflow.store.directory;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.CheckedFrame;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileAge;
import io.stitchflow.content.FileState;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Trash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one collection has moved away: {@code gc/<id>/}, with the same paths as in the store, and a
 * manifest that was there before the first file.
 */
public final class TrashFolder {
  private static final byte[] MAGIC = {'S', 'F', 'T', 'R', 'A', 'S', 'H', 1};

  /** Of a manifest of 3 million files. */
  private static final int MOST_BYTES = 256 << 20;

  private static final String MANIFEST = "manifest";
  private static final Pattern PATH =
      Pattern.compile(
          "(cas|ac|action)/[0-9a-f]{2}/[0-9a-f]{64}"
              + "|nondeterminism/[0-9a-f]{2}/[0-9a-f]{64}/[0-9a-f]{64}");
  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final StoreDirectory directory;
  private final Path folder;

  private TrashFolder(StoreDirectory directory, Path folder) {
    this.directory = directory;
    this.folder = folder;
  }

  /**
   * Creates the folder of one collection, with its manifest.
   *
   * @param paths all that will be moved, below the store
   * @param horizon what was modified after it is in use and does not go
   */
  public static TrashFolder create(
      StoreDirectory directory, Instant now, List<String> paths, Instant horizon)
      throws IOException {
    String id = ID.format(now) + "-" + UUID.randomUUID().toString().substring(0, 8);
    TrashFolder trash = new TrashFolder(directory, directory.folder(Folder.GC).resolve(id));
    Trash manifest =
        Trash.newBuilder().addAllPath(paths).setHorizonMillis(horizon.toEpochMilli()).build();
    directory.write(
        trash.folder.resolve(MANIFEST),
        CheckedFrame.encode(MAGIC, trash.framed(), ActionKeys.canonicalBytes(manifest)));
    return trash;
  }

  /** The trash of all collections, oldest first. */
  public static List<TrashFolder> all(StoreDirectory directory) throws IOException {
    List<TrashFolder> all = new ArrayList<>();
    for (Path folder : Listing.entries(directory, directory.folder(Folder.GC))) {
      StorePaths.checkNotLinked(directory.root(), folder);
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        all.add(new TrashFolder(directory, folder));
      }
    }
    return all;
  }

  /**
   * Puts a file of the store back in its place, young, if some collection has moved it away and
   * nothing stands there.
   */
  public static void giveBack(StoreDirectory directory, Path file) throws IOException {
    for (TrashFolder trash : all(directory)) {
      if (trash.giveBack(file) == GivenBack.IT_IS_BACK && FileAge.renew(file)) {
        return;
      }
    }
  }

  /** What became of a file that was to come back. */
  public enum GivenBack {
    IT_IS_BACK,
    /** Another one stands in its place. */
    STAYS_AWAY,
    /** The trash does not have it. */
    GONE
  }

  public String id() {
    return folder.getFileName().toString();
  }

  /** When it was made. */
  public Instant made() throws IOException {
    Path manifest = folder.resolve(MANIFEST);
    return Files.getLastModifiedTime(Files.exists(manifest) ? manifest : folder).toInstant();
  }

  /** Moves a file of the store here, in one step. False if it is gone. */
  public boolean take(Path file) throws IOException {
    Path target = here(file);
    try {
      directory.checkParents(file);
      Path parent = target.getParent();
      directory.makeDirectories(parent == null ? folder : parent);
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
  }

  /** The file as it is here, or null if it is not. */
  @Nullable
  public FileState state(Path file) throws IOException {
    try {
      return FileState.of(here(file));
    } catch (NoSuchFileException e) {
      return null; // never moved, or back in the store
    }
  }

  /** Puts a file back in its place in the store. */
  public GivenBack giveBack(Path file) throws IOException {
    Path here = here(file);
    directory.checkParents(here);
    if (!Files.exists(here, LinkOption.NOFOLLOW_LINKS)) {
      return GivenBack.GONE;
    }
    try {
      boolean back = directory.linkIfAbsent(here, file);
      Files.deleteIfExists(here);
      return back ? GivenBack.IT_IS_BACK : GivenBack.STAYS_AWAY;
    } catch (StoreException e) {
      if (Files.exists(here, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      return GivenBack.GONE; // somebody else puts it back just now
    }
  }

  /**
   * The files of the store that were to be moved here, blobs before the records that promise them.
   *
   * @throws StoreException if the manifest is damaged or missing
   */
  public List<Path> files() throws IOException {
    return manifest().getPathList().stream()
        .filter(path -> PATH.matcher(path).matches())
        .sorted((a, b) -> Integer.compare(order(a), order(b)))
        .map(directory.root()::resolve)
        .toList();
  }

  /** What was modified after this was in use when it was moved. */
  public Instant horizon() throws IOException {
    return Instant.ofEpochMilli(manifest().getHorizonMillis());
  }

  /** Whether it has a manifest, whole or not; half-deleted trash has none. */
  public boolean hasManifest() {
    return Files.exists(folder.resolve(MANIFEST));
  }

  /** Whether it tells what was to be moved here. */
  public boolean hasWholeManifest() throws IOException {
    return readManifest() != null;
  }

  /** Bytes of all files. */
  public long sizeBytes() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      long sizeBytes = 0;
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        sizeBytes += Files.size(file);
      }
      return sizeBytes;
    } catch (IOException e) {
      throw directory.explain(folder, e);
    }
  }

  /** Removes it for good, the manifest first: what is left of it is not trash to undo. */
  public void delete() throws IOException {
    try {
      directory.delete(folder.resolve(MANIFEST));
      List<Path> all;
      try (Stream<Path> files = Files.walk(folder)) {
        all = new ArrayList<>(files.toList());
      }
      for (int i = all.size() - 1; i >= 0; i--) {
        Files.deleteIfExists(all.get(i));
      }
    } catch (IOException e) {
      throw directory.explain(folder, e);
    }
  }

  private Trash manifest() throws IOException {
    Trash manifest = readManifest();
    if (manifest == null) {
      throw new StoreException(
          folder.resolve(MANIFEST)
              + ": is damaged, so this gc cannot be undone; move the files beside it back by hand"
              + " before the next gc deletes them");
    }
    return manifest;
  }

  private @Nullable Trash readManifest() throws IOException {
    Path file = folder.resolve(MANIFEST);
    try {
      byte[] frame = directory.read(file, MOST_BYTES);
      byte[] payload = frame == null ? null : CheckedFrame.decode(MAGIC, framed(), frame);
      return payload == null ? null : Trash.parseFrom(payload);
    } catch (NoSuchFileException | InvalidProtocolBufferException e) {
      return null;
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
  }

  /** Blobs, then actions, then records. */
  private static int order(String path) {
    return path.startsWith("cas/") ? 0 : path.startsWith("action/") ? 1 : 2;
  }

  private Path here(Path file) {
    return folder.resolve(directory.root().relativize(file));
  }

  private Digest framed() {
    return Digest.of(id().getBytes(UTF_8));
  }
}
