package io.stitchflow.store;

import io.stitchflow.content.FileAge;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The files of runs in a store: a directory for each run. */
public final class RunFolder {
  private static final int MOST_BYTES = 256 << 20;

  private final StoreDirectory directory;

  RunFolder(StoreDirectory directory) {
    this.directory = directory;
  }

  /** Nothing may be there yet. */
  public Path path() {
    return directory.folder(Folder.RUNS);
  }

  /**
   * What is there, by name.
   *
   * @throws StoreException if it is not a directory or cannot be read
   */
  public List<Path> list() throws IOException {
    return Listing.entries(directory, path());
  }

  /** Makes a directory of a run, and the store where there is none. */
  public void make(Path run) throws IOException {
    check(run);
    directory.prepare();
    directory.makeDirectories(run);
  }

  /**
   * Puts a file in the place of any other, in one step. If these very bytes stand there, the file
   * only becomes young again.
   */
  public void write(Path file, byte[] bytes) throws IOException {
    check(file);
    if (!directory.refresh(file, bytes)) {
      directory.write(file, bytes);
    }
  }

  /** Makes a file young. */
  public void renew(Path file) throws IOException {
    check(file);
    FileAge.renewNow(file);
  }

  /**
   * Makes an empty file.
   *
   * @return whether this call made it, which of several at once only one does
   */
  public boolean create(Path file) throws IOException {
    check(file);
    try {
      Files.createFile(file);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /**
   * All bytes of a file.
   *
   * @throws NoSuchFileException if it is not there
   * @throws StoreException if it cannot be read, or is not a regular file of at most 256 MiB
   */
  public byte[] read(Path file) throws IOException {
    check(file);
    try {
      byte[] bytes = directory.read(file, MOST_BYTES);
      if (bytes == null) {
        throw new StoreException(
            file
                + ": is not a regular file of at most "
                + (MOST_BYTES >> 20)
                + " MiB; delete "
                + file.getParent());
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
  }

  private void check(Path path) {
    if (!path.startsWith(path())) {
      throw new IllegalArgumentException(
          "a run's files are under " + path() + ", but was: " + path);
    }
  }
}
