package io.stitchflow.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Runs programs to their ends and measures them. */
public final class Program {
  private static final List<String> MEASURE = List.of("/usr/bin/python3", "-c", script());

  private Program() {}

  /**
   * What a program took from its start to its end.
   *
   * @param cpuSeconds of all its threads and children
   * @param peakMebibytes the most resident memory of one of its processes
   */
  public record Cost(double wallSeconds, double cpuSeconds, double peakMebibytes) {}

  /** Runs a program in a directory; see {@link #run(Path, Map, List)}. */
  public static Cost run(Path directory, String... command)
      throws IOException, InterruptedException {
    return run(directory, Map.of(), List.of(command));
  }

  /**
   * Runs a program in a directory, with variables added to the environment.
   *
   * @throws IOException if it ends with an error, with what it printed
   */
  public static Cost run(Path directory, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    List<String> measured = new ArrayList<>(MEASURE);
    measured.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(measured)
            .directory(directory.toFile())
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + printed);
    }
    List<String> lines = printed.lines().toList();
    List<Double> numbers =
        Pattern.compile(" ")
            .splitAsStream(lines.get(lines.size() - 1))
            .map(Double::valueOf)
            .toList();
    return new Cost(numbers.get(0), numbers.get(1), numbers.get(2));
  }

  /** Linux counts the memory of a process under its parent only once it has ended. */
  private static String script() {
    return """
    import resource, subprocess, sys, time
    start = time.perf_counter()
    code = subprocess.call(sys.argv[1:])
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print()
    print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, flush=True)
    sys.exit(code)
    """;
  }
}
