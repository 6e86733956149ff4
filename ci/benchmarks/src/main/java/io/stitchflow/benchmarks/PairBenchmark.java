package io.stitchflow.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A whole pair with all its cells: representations, vanilla stitches, copy stitches and comparisons
 * of one condition a round, from the start of {@code runners/stitchflow run} to its end, on all
 * cores. The other side is a script as people write it: cell by cell, each batch forward and
 * backward through both networks, in which every weight has a gradient, the copy by SGD. It uses as
 * many threads as there are cores. Each round computes its representations again; the networks are
 * trained before.
 *
 * <p>The script's time is scaled from cells in which each cut sends once and receives once, so that
 * their mean is that of all cells, and from one of the epochs of each stitch.
 */
final class PairBenchmark implements Benchmark {
  private static final int EXAMPLES = 512;
  private static final int TEST_EXAMPLES = 256;
  static final int BATCH = 64;
  private static final int VANILLA_EPOCHS = 4;
  private static final int COPY_EPOCHS = 30;
  private static final int MOST_ROUNDS = 12;
  private static final List<String> CONDITIONS =
      List.of("TRAINED_TRAINED", "RANDOM_TRAINED", "TRAINED_RANDOM", "RANDOM_RANDOM");

  @Override
  public String name() {
    return "pair";
  }

  private static String workload(Settings settings) {
    Pairs.Network network = Pairs.Network.of(settings);
    return network + ", " + network.cuts() * network.cuts() + " cells, a round a condition";
  }

  @Override
  public List<String> workloads(Settings settings) {
    return List.of(workload(settings), workload(settings) + ", peak memory");
  }

  @Override
  public void measure(Bench bench) throws Exception {
    Settings settings = bench.settings();
    Ours ours = Ours.prepare(bench);
    int threads = settings.choose(Runtime.getRuntime().availableProcessors(), 1);
    List<Double> peaks = new ArrayList<>();
    List<Double> scriptPeaks = new ArrayList<>();
    try (Peer peer = script(settings, ours.experiment(), threads)) {
      bench.compareWarm(
          workload(settings),
          peer.version() + ", scaled",
          "s per condition",
          Goal.atLeast(8),
          MOST_ROUNDS,
          () -> {
            Program.Cost cost = ours.run();
            peaks.add(cost.peakMebibytes());
            return cost.wallSeconds();
          },
          () -> {
            double seconds = script(peer, Pairs.Network.of(settings).cuts(), settings.smoke());
            scriptPeaks.add(peer.ask("peak"));
            return seconds;
          });
      bench.add(
          workload(settings) + ", peak memory",
          peer.version(),
          "MiB",
          Goal.statedCost(),
          peaks,
          scriptPeaks);
    }
  }

  /** The peer that stitches the networks of an experiment cell by cell. */
  private static Peer script(Settings settings, PreparedExperiment experiment, int threads)
      throws IOException {
    return Peer.start(
        settings,
        threads,
        "cells.py",
        List.of(
            experiment.output(each -> each.getAction().hasImportDataset(), "train"),
            experiment.output(each -> each.getAction().hasImportDataset(), "test"),
            settings.choose(EXAMPLES, 128),
            BATCH,
            network(experiment, 1),
            network(experiment, 2)));
  }

  private static Path network(PreparedExperiment experiment, long seed) throws IOException {
    return experiment.output(
        each ->
            each.getAction().getTrainNetwork().getSeed() == seed
                && each.getAction().getTrainNetwork().getRecipe().getEpochs() > 0,
        "network");
  }

  /** Seconds that all cells of a condition would take. */
  private static double script(Peer peer, int cuts, boolean smoke) throws IOException {
    double seconds = 0;
    int sampled = smoke ? 1 : cuts;
    for (int i = 0; i < sampled; i++) {
      String cell = " " + i + " " + (i * 2 + 1) % cuts;
      seconds += VANILLA_EPOCHS * peer.ask("vanilla" + cell);
      seconds += COPY_EPOCHS * peer.ask("copy" + cell);
      seconds += peer.ask("compare" + cell);
    }
    return seconds * cuts * cuts / sampled;
  }

  /** Runs of the launcher, each in a store that holds the trained networks only. */
  private static final class Ours {
    private final Bench bench;
    private final PreparedExperiment experiment;
    private int rounds;

    private Ours(Bench bench, PreparedExperiment experiment) {
      this.bench = bench;
      this.experiment = experiment;
    }

    static Ours prepare(Bench bench) throws Exception {
      Settings settings = bench.settings();
      int examples = settings.choose(EXAMPLES, 128);
      String text =
          Pairs.experiment(
              "pair",
              Settings.generated(examples, settings.choose(TEST_EXAMPLES, 32)),
              Pairs.Network.of(settings),
              examples,
              "epochs: %d batch_size: %d learning_rate: 0.01".formatted(VANILLA_EPOCHS, BATCH));
      return new Ours(
          bench,
          PreparedExperiment.make(
              bench.directory("pair"), text, Set.of("import_dataset", "train_network")));
    }

    PreparedExperiment experiment() {
      return experiment;
    }

    Program.Cost run() throws Exception {
      String condition = CONDITIONS.get(rounds % CONDITIONS.size());
      Path round = bench.directory("round-" + rounds++);
      PreparedExperiment fresh = experiment.copy(round.resolve("store"));
      List<String> command = new ArrayList<>();
      command.add(bench.settings().launcher());
      command.addAll(List.of("run", fresh.file().toString()));
      command.addAll(List.of("--store", fresh.directory().toString()));
      command.addAll(List.of("--out", round.resolve("report").toString()));
      command.addAll(List.of("--set", "condition=[" + condition + "]"));
      Program.Cost cost = Program.run(round, bench.settings().environment(), command);
      Program.run(bench.settings().work(), "rm", "-rf", round.toString());
      return cost;
    }
  }
}
