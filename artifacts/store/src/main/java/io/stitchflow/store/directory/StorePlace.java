package io.stitchflow.store.directory;

import io.stitchflow.content.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What {@code --store} names. */
public final class StorePlace {
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private StorePlace() {}

  /**
   * The directory that {@code --store} names.
   *
   * @throws StoreException if it looks like a URI and there is no such directory
   */
  public static Path directory(String place) throws StoreException {
    Path path = Path.of(place).toAbsolutePath().normalize();
    if (SCHEME.matcher(place).matches() && !Files.isDirectory(path)) {
      throw new StoreException(
          place
              + ": is neither a directory nor the URI of a store; choose a directory, s3://... or"
              + " http://..., or write ./"
              + place
              + " for a directory of that name");
    }
    return path;
  }
}
