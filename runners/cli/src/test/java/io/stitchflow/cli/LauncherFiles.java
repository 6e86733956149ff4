package io.stitchflow.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The launcher of this checkout, scripts in place of programs that it starts, and its start. */
final class LauncherFiles {
  private LauncherFiles() {}

  /** What a start printed, and its exit code. */
  record Started(int code, String text) {}

  /** {@code runners/stitchflow}. */
  static Path original() {
    Path up = Path.of("").toAbsolutePath();
    while (up.getParent() != null && !Files.exists(up.resolve("runners/stitchflow"))) {
      up = up.getParent();
    }
    return up.resolve("runners/stitchflow");
  }

  /** Writes a file that can be executed. */
  static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Starts a process without input. */
  static Started start(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Started(process.waitFor(), text);
  }
}
