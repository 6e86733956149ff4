package io.stitchflow.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a JVM of a session cluster holds, as {@code jcmd} and {@code /proc} tell. */
final class ClusterJvm {
  private static final Path JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd");
  private static final String JOB_LOADER = "ChildFirstClassLoader";
  private static final Pattern METASPACE = Pattern.compile("Both: +([0-9.]+) KB used");
  private static final Pattern HEAP = Pattern.compile("total \\d+K, used (\\d+)K");
  private static final Pattern THREAD = Pattern.compile("(?m)^\"(.*)\" #\\d+");

  /** Threads of the JVM and of pools of Flink's that grow and shrink with the load. */
  private static final Pattern ELASTIC =
      Pattern.compile(
          "(C[12] Compiler|Attach Listener|[Ff]link|pool-|cluster-io|jobmanager|taskmanager"
              + "|blocking-shuffle|Source Data Fetcher).*");

  private final long pid;

  ClusterJvm(long pid) {
    this.pid = pid;
  }

  /**
   * What is left after a full collection.
   *
   * @param loaders class loaders of jobs
   * @param threads how many of each name, without numbers; elastic pools of Flink's are left out
   * @param files regular files that are open
   * @param descriptors open files, sockets and all else that has a descriptor: how many of each
   *     target, without numbers
   */
  record Footprint(
      int loaders,
      double metaspaceMb,
      double heapMb,
      Map<String, Integer> threads,
      Set<String> files,
      Map<String, Integer> descriptors) {
    Footprint {
      threads = Map.copyOf(threads);
      files = Set.copyOf(files);
      descriptors = Map.copyOf(descriptors);
    }

    int descriptorCount() {
      return descriptors.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** Collects until two collections in a row leave the same loaders: some free what others need. */
  Footprint collected() throws Exception {
    int before;
    int loaders = loaders();
    do {
      before = loaders;
      jcmd("GC.run");
      jcmd("GC.run_finalization");
      jcmd("GC.run");
      loaders = loaders();
    } while (loaders != before);
    List<String> open = open();
    Set<String> files = new TreeSet<>(open);
    files.removeIf(target -> !target.startsWith("/"));
    return new Footprint(
        loaders,
        sum(METASPACE, jcmd("VM.metaspace", "basic", "scale=KB")) / 1024,
        sum(HEAP, jcmd("GC.heap_info")) / 1024,
        threads(),
        files,
        kinds(open));
  }

  /** The stacks of all threads. */
  String stacks() throws Exception {
    return jcmd("Thread.print");
  }

  private int loaders() throws Exception {
    return (int)
        jcmd("VM.classloader_stats").lines().filter(line -> line.endsWith(JOB_LOADER)).count();
  }

  private Map<String, Integer> threads() throws Exception {
    Map<String, Integer> threads = new TreeMap<>();
    Matcher matcher = THREAD.matcher(stacks());
    while (matcher.find()) {
      if (!ELASTIC.matcher(matcher.group(1)).matches()) {
        threads.merge(withoutNumbers(matcher.group(1)), 1, Integer::sum);
      }
    }
    return threads;
  }

  private static Map<String, Integer> kinds(List<String> open) {
    Map<String, Integer> kinds = new TreeMap<>();
    open.forEach(target -> kinds.merge(withoutNumbers(target), 1, Integer::sum));
    return kinds;
  }

  private static String withoutNumbers(String name) {
    return name.replaceAll("[0-9]+", "#");
  }

  private List<String> open() throws IOException {
    List<String> targets = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          targets.add(Files.readSymbolicLink(descriptor).toString());
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
    }
    return targets;
  }

  /** The sum of all numbers that a pattern finds. */
  private static double sum(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .sum();
  }

  private String jcmd(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(JCMD.toString(), String.valueOf(pid)));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", words) + ": " + answer);
    }
    return answer;
  }
}
