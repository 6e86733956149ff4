package io.stitchflow.rules;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Where the project's files are. */
final class Project {
  private Project() {}

  /** The directory of the whole project, wherever in it the test runs. */
  static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("runners/stitchflow"))) {
      directory = Objects.requireNonNull(directory.getParent());
    }
    return directory;
  }
}
