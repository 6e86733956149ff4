package io.stitchflow.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs programs of the project to their ends, from its directory.
 *
 * @param log takes what they print
 */
record Child(Path log) {
  /**
   * Seconds from the program's start to its end.
   *
   * @throws IOException if it does not start, or ends with an error
   */
  double run(String... command) throws IOException, InterruptedException {
    long startNanos = System.nanoTime();
    int code =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log.toFile()))
            .start()
            .waitFor();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    if (code != 0) {
      throw new IOException(
          String.join(" ", command) + ": ended with " + code + ":\n" + Files.readString(log));
    }
    return seconds;
  }
}
