package io.stitchflow.cli;

import io.stitchflow.artifacts.Digest;
import io.stitchflow.artifacts.Store;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where a run leaves what people open. Files are copies, since whoever edits a link would edit the
 * store; none is ever half written.
 */
final class OutDirectory {
  private final Path directory;

  private OutDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes the directory.
   *
   * @throws InputException if that is not possible
   */
  static OutDirectory at(Path directory) throws InputException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new InputException(
          directory
              + ": cannot be made a directory for the report: "
              + e
              + "; choose another with --out");
    }
    if (!Files.isWritable(directory)) {
      throw new InputException(directory + ": cannot be written to; choose another with --out");
    }
    return new OutDirectory(directory);
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  /** Copies every output of the report's stage. */
  void copy(StageResult report, Store store) throws IOException {
    for (Output output : report.getResult().getOutputList()) {
      Path target = directory.resolve(output.getName()).normalize();
      if (!target.startsWith(directory.normalize())) {
        throw new IllegalStateException(
            "the report has an output outside its directory: '" + output.getName() + "'");
      }
      Path blob = store.open(Digest.from(output.getDigest()));
      replace(
          target, temporary -> Files.copy(blob, temporary, StandardCopyOption.REPLACE_EXISTING));
    }
  }

  /** Writes a file in UTF-8. */
  void write(String name, String text) throws IOException {
    replace(
        directory.resolve(name),
        temporary -> Files.writeString(temporary, text, StandardCharsets.UTF_8));
  }

  @FunctionalInterface
  private interface Filling {
    Object fill(Path temporary) throws IOException;
  }

  private static void replace(Path target, Filling filling) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalStateException(target + " is no file");
    }
    Files.createDirectories(parent);
    Path temporary =
        parent.resolve("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      filling.fill(temporary);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
