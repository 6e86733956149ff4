package io.stitchflow.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Training of networks: the stage, with its reading, shuffling and augmentation, against eager
 * PyTorch that does the same with channels last. One thread each.
 */
final class TrainBenchmark implements Benchmark {
  private static final double ROUND_SECONDS = 1.5;
  private static final int WARM_UP_STEPS = 4;
  private static final int MOST_ROUNDS = 60;
  private static final int EXAMPLES = 2048;
  private static final int EPOCHS = 1000; // more than a benchmark runs

  /** A network and the images of a step. */
  private record Workload(String blocks, int width, int batch, Goal goal) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "ResNet(%s), width %d, batch %d", blocks, width, batch);
    }
  }

  @Override
  public String name() {
    return "train";
  }

  private static List<Workload> all(Settings settings) {
    if (settings.smoke()) {
      return List.of(new Workload("1,1,1,1", Pairs.SMALLEST_WIDTH, 16, Goal.atLeast(1.05)));
    }
    List<Workload> workloads = new ArrayList<>();
    for (int width : List.of(16, 64)) {
      for (String blocks : List.of("1,1,1,1", "2,2,2,2")) {
        for (int batch : List.of(64, 128)) {
          Goal goal = Goal.atLeast(width == 16 ? 1.05 : 1.15);
          workloads.add(new Workload(blocks, width, batch, goal));
        }
      }
    }
    return workloads;
  }

  @Override
  public List<String> workloads(Settings settings) {
    return all(settings).stream().map(Workload::toString).toList();
  }

  @Override
  public void measure(Bench bench) throws Exception {
    for (Workload workload : all(bench.settings())) {
      measure(bench, workload);
    }
  }

  private static void measure(Bench bench, Workload workload) throws Exception {
    Settings settings = bench.settings();
    PreparedExperiment experiment =
        PreparedExperiment.make(
            bench.directory(workload.toString()),
            experiment(settings, workload),
            Set.of("import_dataset"));
    try (Peer peer =
            Peer.start(
                settings,
                1,
                "training.py",
                List.of(
                    experiment.output(each -> each.getAction().hasImportDataset(), "train"),
                    "cpu",
                    workload.blocks(),
                    workload.width(),
                    workload.batch()));
        PausedStage stage =
            new PausedStage(
                experiment,
                "train_network",
                each -> each.getAction().getTrainNetwork().getRecipe().getEpochs() > 0)) {
      stage.seconds(WARM_UP_STEPS);
      double step = stage.seconds(WARM_UP_STEPS) / WARM_UP_STEPS;
      int steps = settings.choose((int) Math.ceil(ROUND_SECONDS / step), 2);
      double thousands = steps * workload.batch() / 1000.;
      bench.compare(
          workload.toString(),
          peer.version(),
          "s per 1,000 images",
          workload.goal(),
          MOST_ROUNDS,
          () -> stage.seconds(steps) / thousands,
          () -> peer.ask("steps " + steps) / thousands);
    }
  }

  private static String experiment(Settings settings, Workload workload) {
    return """
    name: "train"
    %s
    network {
      name: "a" architecture: "ResNet(%s)" width: %d
      recipe { epochs: %d batch_size: %d }
    }
    cut: "layer4.0"
    condition: TRAINED_TRAINED
    """
        .formatted(
            settings.dataset(settings.choose(EXAMPLES, 64), 64),
            workload.blocks(),
            workload.width(),
            EPOCHS,
            workload.batch());
  }
}
