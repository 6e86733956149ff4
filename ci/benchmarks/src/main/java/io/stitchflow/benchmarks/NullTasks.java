package io.stitchflow.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Tasks of ninja that are all up to date, each with an input and an output of its own. */
final class NullTasks {
  private NullTasks() {}

  /** Makes them and lets ninja run them once, after which it finds nothing to do. */
  static void make(Path directory, int tasks) throws IOException, InterruptedException {
    StringBuilder rules = new StringBuilder("rule nothing\n  command = true\n");
    for (int i = 0; i < tasks; i++) {
      String folder = String.format(Locale.ROOT, "%02x", i % 256);
      Path made = directory.resolve("out").resolve(folder);
      Files.createDirectories(made);
      Files.createDirectories(directory.resolve("in").resolve(folder));
      Files.createFile(directory.resolve("in").resolve(folder).resolve(String.valueOf(i)));
      Files.createFile(made.resolve(String.valueOf(i)));
      rules.append(
          String.format(Locale.ROOT, "build out/%s/%d: nothing in/%s/%d\n", folder, i, folder, i));
    }
    Files.writeString(directory.resolve("build.ninja"), rules);
    check(directory);
  }

  /** Lets ninja look whether there is anything to do. */
  static Program.Cost check(Path directory) throws IOException, InterruptedException {
    return Program.run(directory, "ninja");
  }

  /** Of the ninja that is installed. */
  static String version() throws IOException {
    return new String(
            new ProcessBuilder("ninja", "--version").start().getInputStream().readAllBytes(),
            StandardCharsets.UTF_8)
        .trim();
  }
}
