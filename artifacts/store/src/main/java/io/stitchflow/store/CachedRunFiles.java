package io.stitchflow.store;

import io.stitchflow.content.Digest;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Files {@code index/<sha256>.run}: 8 bytes that name the format, the CRC-32C of the payload (4
 * bytes), and the payload: a {@code CachedRun}. Each may be damaged or deleted at any time.
 */
public final class CachedRunFiles {
  private static final String SUFFIX = ".run";
  private static final byte[] MAGIC = {'S', 'F', 'C', 'A', 'C', 'H', 'D', 1};
  private static final long MAGIC_BITS = ByteBuffer.wrap(MAGIC).getLong();
  private static final int HEADER_BYTES = MAGIC.length + Integer.BYTES;
  private static final int MOST_BYTES = 64 << 20;
  private static final int MOST_FILES = 128;

  private final StoreDirectory directory;
  private final Path folder;

  public CachedRunFiles(Store store) {
    this.directory = store.directory();
    this.folder = directory.folder(Folder.INDEX);
  }

  /** The payload under that name, or null if there is none that is whole. */
  public @Nullable ByteBuffer read(Digest name) {
    try {
      byte @Nullable [] file = directory.read(path(name), MOST_BYTES);
      if (file == null || file.length < HEADER_BYTES) {
        return null;
      }
      ByteBuffer bytes = ByteBuffer.wrap(file);
      boolean whole = bytes.getLong() == MAGIC_BITS && bytes.getInt() == checksum(file);
      return whole ? bytes : null;
    } catch (IOException e) {
      return null; // the run is planned
    }
  }

  /**
   * Puts the payload in the place of any other under that name, in one step, and deletes the oldest
   * files beyond 128.
   */
  public void write(Digest name, byte[] payload) throws IOException {
    byte[] file = new byte[HEADER_BYTES + payload.length];
    ByteBuffer bytes = ByteBuffer.wrap(file).put(MAGIC).putInt(0).put(payload);
    bytes.putInt(MAGIC.length, checksum(file));
    Path temporary = directory.writeUnforced(file);
    try {
      directory.replaceUnforced(temporary, path(name));
    } finally {
      Files.deleteIfExists(temporary);
    }
    deleteOldest();
  }

  private void deleteOldest() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path file : Listing.entries(directory, folder)) {
      if (file.getFileName().toString().endsWith(SUFFIX)) {
        files.add(file);
      }
    }
    if (files.size() > MOST_FILES) {
      files.sort(Comparator.comparing(file -> file.toFile().lastModified()));
      for (Path file : files.subList(0, files.size() - MOST_FILES)) {
        directory.delete(file);
      }
    }
  }

  private Path path(Digest name) {
    return folder.resolve(name.hex() + SUFFIX);
  }

  private static int checksum(byte[] file) {
    CRC32C checksum = new CRC32C();
    checksum.update(file, HEADER_BYTES, file.length - HEADER_BYTES);
    return (int) checksum.getValue();
  }
}
