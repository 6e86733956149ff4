package io.stitchflow.artifacts;

import io.stitchflow.artifacts.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of a folder that are named by digests, {@code folder/ab/abcd…}, and what else is there.
 *
 * @param strays what no program of ours puts there
 */
record StoreListing(SortedMap<Digest, FileState> files, List<Path> strays) {
  /** What is there now; of what comes or goes meanwhile, either. */
  static StoreListing of(StoreDirectory directory, Folder folder) throws IOException {
    StoreListing listing = new StoreListing(new TreeMap<>(), new ArrayList<>());
    for (Path shard : entries(directory, directory.folder(folder))) {
      if (!Files.isDirectory(shard, LinkOption.NOFOLLOW_LINKS)) {
        listing.strays.add(shard);
        continue;
      }
      for (Path file : entries(directory, shard)) {
        listing.add(directory, folder, file);
      }
    }
    return listing;
  }

  private void add(StoreDirectory directory, Folder folder, Path file) throws IOException {
    String name = file.getFileName().toString();
    if (!Digest.isHex(name)
        || !directory.path(folder, new Digest(name)).equals(file)
        || Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
            != (folder == Folder.NONDETERMINISM)) {
      strays.add(file);
      return;
    }
    try {
      files.put(new Digest(name), FileState.of(file));
    } catch (NoSuchFileException e) {
      return; // gone meanwhile
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
  }

  /** What is in a directory, sorted; nothing if there is no such directory. */
  static List<Path> entries(StoreDirectory directory, Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (NotDirectoryException e) {
      throw directory.explain(folder, e);
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
