package io.stitchflow.store;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What lies in a store, by the sizes of its files; reads none of them.
 *
 * @param blobs sizes of all blobs, in bytes
 * @param quarantined files that did not hash to their names
 * @param quarantinedBytes of these files
 */
public record StoreContents(SortedMap<Digest, Long> blobs, int quarantined, long quarantinedBytes) {
  public StoreContents {
    blobs = Collections.unmodifiableSortedMap(new TreeMap<>(blobs));
  }

  public static StoreContents of(Store store) throws IOException {
    StoreDirectory directory = store.directory();
    SortedMap<Digest, Long> blobs = new TreeMap<>();
    for (Digest digest : Listing.digests(directory, directory.folder(Folder.CAS))) {
      long sizeBytes = sizeBytes(directory.path(Folder.CAS, digest));
      if (sizeBytes >= 0) {
        blobs.put(digest, sizeBytes);
      }
    }
    int quarantined = 0;
    long quarantinedBytes = 0;
    for (Path file : Listing.entries(directory, directory.folder(Folder.QUARANTINE))) {
      quarantined++;
      quarantinedBytes += Math.max(0, sizeBytes(file));
    }
    return new StoreContents(blobs, quarantined, quarantinedBytes);
  }

  /** Of all blobs together. */
  public long bytes() {
    return blobs.values().stream().mapToLong(Long::longValue).sum();
  }

  /** -1 where the file has gone meanwhile. */
  private static long sizeBytes(Path file) throws IOException {
    try {
      return FileState.of(file).sizeBytes();
    } catch (NoSuchFileException e) {
      return -1;
    }
  }
}
