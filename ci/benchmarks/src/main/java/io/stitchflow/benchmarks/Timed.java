package io.stitchflow.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a program took from its start to its end, in seconds; CPU time is that of all its threads.
 */
record Timed(double wallSeconds, double cpuSeconds) {
  private static final String SCRIPT = "TIMEFORMAT='%R %U %S'; time \"$@\" > /dev/null";

  /**
   * Runs a program in a directory.
   *
   * @throws IOException if it ends with an error, with what it said
   */
  static Timed run(Path directory, String... command) throws IOException, InterruptedException {
    List<String> bash = new ArrayList<>(List.of("bash", "-c", SCRIPT, "bash"));
    bash.addAll(List.of(command));
    Process process =
        new ProcessBuilder(bash)
            .directory(directory.toFile())
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
    List<String> lines = said.lines().toList();
    List<String> numbers = List.of(lines.get(lines.size() - 1).split(" "));
    return new Timed(
        Double.parseDouble(numbers.get(0)),
        Double.parseDouble(numbers.get(1)) + Double.parseDouble(numbers.get(2)));
  }

  /** The one of several that took the least CPU time. */
  static Timed best(List<Timed> several) {
    return several.stream().min(Comparator.comparingDouble(Timed::cpuSeconds)).orElseThrow();
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "wall %.2f s, CPU %.2f s", wallSeconds, cpuSeconds);
  }
}
