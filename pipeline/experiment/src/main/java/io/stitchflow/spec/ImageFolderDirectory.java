package io.stitchflow.spec;

import io.stitchflow.content.IoReason;
import io.stitchflow.dataset.FolderListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an image folder looks like from outside; nothing in its files is read.
 *
 * @param testExamples 0 where there is no test split
 * @param complaints what is wrong; what to do
 */
public record ImageFolderDirectory(
    int classes, int trainExamples, int testExamples, List<String> complaints) {
  public ImageFolderDirectory {
    complaints = List.copyOf(complaints);
  }

  /**
   * Lists an image folder as the experiment names it.
   *
   * @param base what {@code written} is relative to
   */
  public static ImageFolderDirectory of(String written, Path base) {
    if (written.isEmpty()) {
      return wrong("is missing; write where the folder train is");
    }
    try {
      return of(base.resolve(written).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      return wrong(
          "'" + written + "' is no path: " + e.getReason() + "; write where the folder train is");
    } catch (IOException e) {
      return wrong("cannot be listed: " + IoReason.of(e) + "; give this user the right to read it");
    }
  }

  private static ImageFolderDirectory of(Path directory) throws IOException {
    Path train = directory.resolve("train");
    if (!Files.isDirectory(train)) {
      return wrong(train + " is no folder; put images there as train/<class>/<name>.jpg");
    }
    FolderListing images = FolderListing.train(train);
    List<String> complaints = new ArrayList<>(images.complaints());
    int test = 0;
    if (Files.exists(directory.resolve("test")) && !Files.isDirectory(directory.resolve("test"))) {
      complaints.add(directory.resolve("test") + " is no folder; rename or remove it");
    } else if (Files.exists(directory.resolve("test"))) {
      FolderListing others = FolderListing.test(directory.resolve("test"), images.classes());
      complaints.addAll(others.complaints());
      test = others.images().size();
    }
    return new ImageFolderDirectory(
        images.classes().size(), images.images().size(), test, complaints);
  }

  private static ImageFolderDirectory wrong(String complaint) {
    return new ImageFolderDirectory(0, 0, 0, List.of(complaint));
  }
}
