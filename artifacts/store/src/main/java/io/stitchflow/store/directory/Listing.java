package io.stitchflow.store.directory;

import io.stitchflow.content.Digest;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What lies in folders of a store, in the order of names. A folder that is not there is empty; one
 * that is a symbolic link is refused.
 */
public final class Listing {
  private Listing() {}

  /**
   * The digests that name the entries of {@code folder/ab/}; what else lies there is none of ours.
   */
  public static List<Digest> digests(StoreDirectory directory, Path folder) throws IOException {
    List<Digest> digests = new ArrayList<>();
    for (Path shard : entries(directory, folder)) {
      StorePaths.checkNotLinked(directory.root(), shard);
      if (!Files.isDirectory(shard, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      for (Path entry : entries(directory, shard)) {
        String name = entry.getFileName().toString();
        if (Digest.isHex(name)) {
          digests.add(new Digest(name));
        }
      }
    }
    return digests;
  }

  public static List<Path> entries(StoreDirectory directory, Path folder) throws IOException {
    StorePaths.checkNotLinked(directory.root(), folder);
    directory.checkParents(folder);
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      IOException cause = e.getCause();
      throw directory.explain(folder, cause == null ? new IOException(e) : cause);
    } catch (IOException e) {
      throw directory.explain(folder, e);
    }
    Collections.sort(entries);
    return entries;
  }
}
