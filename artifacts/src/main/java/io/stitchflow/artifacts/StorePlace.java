package io.stitchflow.artifacts;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/** What is at the path of a store, or in the way of one that is not there yet. */
final class StorePlace {
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private StorePlace() {}

  /**
   * The directory that {@code --store} names.
   *
   * @throws StoreException if it looks like a URI and there is no such directory
   */
  static Path directory(String place) throws StoreException {
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

  /**
   * Whether the directory is there.
   *
   * @throws StoreException if neither it is nor can be made, since something else is in the way
   */
  static boolean exists(Path root) throws IOException {
    for (Path each = root; each != null; each = each.getParent()) {
      try {
        if (Files.readAttributes(each, BasicFileAttributes.class).isDirectory()) {
          return each.equals(root);
        }
        throw inTheWay(root, each, "is a file, not a directory");
      } catch (NoSuchFileException e) {
        if (Files.isSymbolicLink(each)) {
          throw inTheWay(root, each, "is a link that leads nowhere");
        }
      } catch (FileSystemException e) {
        if (!IoReason.of(e).contains("Not a directory")) {
          throw FileFailure.explain(root, each, e);
        }
      }
    }
    return false;
  }

  private static StoreException inTheWay(Path root, Path obstacle, String what) {
    return new StoreException(
        obstacle
            + ": "
            + what
            + (obstacle.equals(root) ? "" : ", so there can be no store at " + root)
            + "; choose another path with --store");
  }
}
