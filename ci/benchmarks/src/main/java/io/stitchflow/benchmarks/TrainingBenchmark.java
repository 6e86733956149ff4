package io.stitchflow.benchmarks;

import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainNetwork;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How fast one lane trains, against {@link BareDjl}: images a second of both and the ratio.
 *
 * <p>The lane is the stage itself, with its reading, shuffling and augmenting. Steps of the two
 * alternate on one thread, so whatever else the machine does weighs on both; of each the median
 * step counts. Images per second of the thread's processor time leave out waiting for a core: on a
 * quiet machine both are the same.
 */
public final class TrainingBenchmark {
  private static final int EXAMPLES = 2048;
  private static final int WARM_UP_STEPS = 10;

  private TrainingBenchmark() {}

  /** Arguments: architecture, width, batch, epochs; by default ResNet(1,1,1,1) 16 64 4. */
  public static void main(String[] args) throws IOException {
    String name = args.length > 0 ? args[0] : "ResNet(1,1,1,1)";
    int width = args.length > 1 ? Integer.parseInt(args[1]) : 16;
    int batch = args.length > 2 ? Integer.parseInt(args[2]) : 64;
    int epochs = args.length > 3 ? Integer.parseInt(args[3]) : 4;
    Architecture architecture = Architecture.parse(name, width, ClassificationTask.CIFAR10);
    Path directory = Files.createTempDirectory("training-benchmark");
    new ImportDatasetExecutor().execute(List.of(new Run(dataset(), directory)), share -> {});
    Action training = training(architecture, batch, epochs);
    try (BareDjl bare = new BareDjl(architecture.blocks(), width, batch)) {
      Steps steps = new Steps(bare, epochs * (EXAMPLES / batch));
      new TrainNetworkExecutor()
          .execute(List.of(new Run(training, directory)), share -> steps.alternate());
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      out.printf(
          Locale.ROOT,
          "%s width %d, batch %d, median of %d steps%n",
          name,
          width,
          batch,
          steps.count());
      Times wall = steps.wall();
      Times processor = steps.processor();
      out.printf(Locale.ROOT, "images/s        wall  processor%n");
      out.printf(
          Locale.ROOT, "lane        %8.1f %10.1f%n", batch / wall.lane(), batch / processor.lane());
      out.printf(
          Locale.ROOT, "bare DJL    %8.1f %10.1f%n", batch / wall.bare(), batch / processor.bare());
      out.printf(Locale.ROOT, "ratio       %8.3f %10.3f%n", wall.ratio(), processor.ratio());
    }
  }

  private static Action dataset() {
    return Action.newBuilder()
        .setImportDataset(
            ImportDataset.newBuilder()
                .setSynthetic(
                    Synthetic.newBuilder()
                        .setTrainExamples(EXAMPLES)
                        .setTestExamples(64)
                        .setNoise(24)
                        .setSeed(1)))
        .build();
  }

  private static Action training(Architecture architecture, int batch, int epochs) {
    return Action.newBuilder()
        .setTrainNetwork(
            TrainNetwork.newBuilder()
                .addAllBlocks(architecture.blocks())
                .setWidth(architecture.width())
                .setRecipe(BenchStages.recipe(batch, epochs))
                .setSeed(1))
        .build();
  }

  /** Seconds a step. */
  private record Times(double lane, double bare) {
    double ratio() {
      return bare / lane;
    }
  }

  /** The steps of both, one after the other. */
  private static final class Steps {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final BareDjl bare;
    private final double[][] lane;
    private final double[][] bareSteps;
    private int reports;
    private Instant laneStart = Instant.now();

    Steps(BareDjl bare, int count) {
      this.bare = bare;
      this.lane = new double[2][count - WARM_UP_STEPS];
      this.bareSteps = new double[2][count - WARM_UP_STEPS];
    }

    /** The lane has just ended a step: times it, then a bare one. */
    void alternate() {
      Instant laneEnd = Instant.now();
      int step = reports++ - WARM_UP_STEPS;
      if (step >= count()) {
        return; // evaluation
      }
      bare.step();
      Instant bareEnd = Instant.now();
      if (step >= 0) {
        laneEnd.since(laneStart, lane, step);
        bareEnd.since(laneEnd, bareSteps, step);
      }
      laneStart = Instant.now();
    }

    int count() {
      return lane[0].length;
    }

    Times wall() {
      return new Times(median(lane[0]), median(bareSteps[0]));
    }

    Times processor() {
      return new Times(median(lane[1]), median(bareSteps[1]));
    }

    private static double median(double[] seconds) {
      double[] sorted = seconds.clone();
      Arrays.sort(sorted);
      return sorted[sorted.length / 2];
    }

    /** Nanoseconds, and those of them that this thread was on a core. */
    private record Instant(long wall, long processor) {
      static Instant now() {
        return new Instant(System.nanoTime(), THREADS.getCurrentThreadCpuTime());
      }

      void since(Instant start, double[][] seconds, int step) {
        seconds[0][step] = (wall - start.wall) / 1e9;
        seconds[1][step] = (processor - start.processor) / 1e9;
      }
    }
  }

  private record Run(Action action, Path directory) implements StageRun {
    @Override
    public Path input(String role) {
      return directory.resolve(role);
    }

    @Override
    public Path output(String name) {
      return directory.resolve(name);
    }
  }
}
