package io.stitchflow.store.directory;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of a folder that are named by digests, {@code folder/ab/abcd…}, and what else is there.
 *
 * @param strays what no program of ours puts there
 */
public record StoreListing(SortedMap<Digest, FileState> files, List<Path> strays) {
  /** What is there now; of what comes or goes meanwhile, either. */
  public static StoreListing of(StoreDirectory directory, Folder folder) throws IOException {
    StoreListing listing = new StoreListing(new TreeMap<>(), new ArrayList<>());
    for (Path shard : Listing.entries(directory, directory.folder(folder))) {
      StorePaths.checkNotLinked(directory.root(), shard);
      if (!Files.isDirectory(shard, LinkOption.NOFOLLOW_LINKS)) {
        listing.strays.add(shard);
        continue;
      }
      for (Path file : Listing.entries(directory, shard)) {
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
}
