package io.stitchflow.benchmarks.cluster;

import io.stitchflow.benchmarks.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Flink session cluster on this machine, started by {@code ci/flink-cluster}; stopped at the
 * latest when this process ends.
 */
final class LocalCluster implements AutoCloseable {
  private static final String SCRIPT = "ci/flink-cluster";

  private final Path root;
  private final Path directory;
  private final int slots;
  private final Thread stopping = new Thread(this::down, "stop the cluster");

  private LocalCluster(Path root, Path directory, int slots) {
    this.root = root;
    this.directory = directory;
    this.slots = slots;
  }

  /** Starts a cluster of TaskManagers with one slot each; its files go to {@code directory}. */
  static LocalCluster up(Path root, Path directory, int taskManagers)
      throws IOException, InterruptedException {
    LocalCluster cluster = new LocalCluster(root, directory, taskManagers);
    Runtime.getRuntime().addShutdownHook(cluster.stopping);
    Program.run(
        root,
        root.resolve(SCRIPT).toString(),
        "up",
        "--task-managers",
        String.valueOf(taskManagers),
        "--slots",
        "1",
        "--dir",
        directory.toString());
    return cluster;
  }

  /** Where its JobManager answers, {@code host:port}. */
  String master() throws IOException {
    return Files.readString(directory.resolve("master")).trim();
  }

  /** The process of a TaskManager, from 1. */
  long process(int taskManager) throws IOException {
    return Long.parseLong(Files.readString(directory.resolve("tm" + taskManager + ".pid")).trim());
  }

  int slots() {
    return slots;
  }

  private void down() {
    try {
      Program.run(root, root.resolve(SCRIPT).toString(), "down", "--dir", directory.toString());
    } catch (IOException e) {
      throw new IllegalStateException(directory + ": a cluster may still run there", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(directory + ": a cluster may still run there", e);
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(stopping);
    down();
  }
}
