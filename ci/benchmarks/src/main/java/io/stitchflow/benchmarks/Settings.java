package io.stitchflow.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How benchmarks are run.
 *
 * @param root the project's directory
 * @param work an empty directory for stores and files, on the disk to measure
 * @param smoke one tiny round each, only to see that everything works
 * @param mostRounds of a line
 */
public record Settings(Path root, Path work, boolean smoke, int mostRounds) {
  /** A relative half width of the interval that ends the rounds of a line. */
  static final double HALF_WIDTH = 0.05;

  private static final String CIFAR10 = "shared/data/cifar-10-batches-bin";

  /** One of two values. */
  public <T> T choose(T full, T smoke) {
    return this.smoke ? smoke : full;
  }

  /** The `dataset` of an experiment: CIFAR-10 where it is beside the project, else generated. */
  public String dataset(int train, int test) {
    Path cifar10 = root.resolveSibling(CIFAR10);
    return Files.isDirectory(cifar10) && !smoke
        ? "dataset { cifar10 { directory: \"" + cifar10 + "\" } }\n"
        : generated(train, test);
  }

  /** The `dataset` of an experiment: generated images. */
  public static String generated(int train, int test) {
    return "dataset { synthetic { train_examples: %d test_examples: %d } }\n"
        .formatted(train, test);
  }

  /** Variables of the launcher; a smoke run compiles less, which takes less time in all. */
  public Map<String, String> environment() {
    return smoke
        ? Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        : Map.of();
  }

  /** The launcher. */
  public String launcher() {
    return root.resolve("runners/stitchflow").toString();
  }
}
