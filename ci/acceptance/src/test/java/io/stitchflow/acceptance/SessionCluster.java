package io.stitchflow.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A real Flink session cluster of several processes, started by {@code ci/flink-cluster}. */
final class SessionCluster {
  private static final Path SCRIPT = Path.of("..", "flink-cluster").toAbsolutePath().normalize();

  private static final Pattern ALL_FREE = Pattern.compile("([0-9]+) of \\1 slots free");

  private final Path directory;
  private final int slots;
  private final Map<String, String> environment;

  private SessionCluster(Path directory, int slots, Map<String, String> environment) {
    this.directory = directory;
    this.slots = slots;
    this.environment = Map.copyOf(environment);
  }

  static SessionCluster up(Path directory, int taskManagers) throws Exception {
    return up(directory, taskManagers, Map.of());
  }

  /**
   * @param environment of its processes, beside that of this one
   */
  static SessionCluster up(Path directory, int taskManagers, Map<String, String> environment)
      throws Exception {
    return up(directory, taskManagers, 1, environment);
  }

  /**
   * @param slots of each TaskManager
   */
  static SessionCluster up(
      Path directory, int taskManagers, int slots, Map<String, String> environment)
      throws Exception {
    SessionCluster cluster = new SessionCluster(directory, slots, environment);
    cluster.start(taskManagers);
    return cluster;
  }

  /** Starts what {@link #down} stopped, on other ports. */
  void start(int taskManagers) throws Exception {
    call(
        environment,
        "up",
        "--task-managers",
        String.valueOf(taskManagers),
        "--slots",
        String.valueOf(slots));
  }

  /** Waits until no job has a slot: TaskManagers let go of a job a moment after its end. */
  void awaitFreeSlots() throws Exception {
    Process status;
    String said;
    do {
      status =
          new ProcessBuilder(SCRIPT.toString(), "status", "--dir", directory.toString()).start();
      said = new String(status.getInputStream().readAllBytes(), UTF_8);
      if (status.waitFor() != 0) {
        throw new IOException(said);
      }
    } while (!ALL_FREE.matcher(said).find());
  }

  String master() throws IOException {
    return Files.readString(directory.resolve("master")).trim();
  }

  /**
   * The process ID of one of its JVMs.
   *
   * @param name {@code jobmanager}, {@code tm1}, ...
   */
  long pid(String name) throws IOException {
    return Long.parseLong(Files.readString(directory.resolve(name + ".pid")).trim());
  }

  /** Kills a process as a power cut would. */
  void kill(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-9", String.valueOf(pid(name))).inheritIO().start().waitFor();
  }

  void restart(String taskManager) throws Exception {
    restart(taskManager, environment);
  }

  /** Starts a TaskManager anew, in an environment of its own. */
  void restart(String taskManager, Map<String, String> itsEnvironment) throws Exception {
    call(itsEnvironment, "task-manager", taskManager.substring("tm".length()));
  }

  private void call(Map<String, String> more, String command, String... arguments)
      throws Exception {
    List<String> words = new ArrayList<>(List.of(SCRIPT.toString(), command));
    words.addAll(List.of(arguments));
    words.addAll(List.of("--dir", directory.toString()));
    Path log = directory.resolveSibling("flink-cluster.log");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(more);
    Process process = builder.start();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", words) + ": " + Files.readString(log, UTF_8));
    }
  }

  void down() throws Exception {
    call(environment, "down");
  }
}
