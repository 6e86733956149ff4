package io.stitchflow.benchmarks;

import io.stitchflow.representation.Parts;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A column of vanilla stitches: those from all cuts of the sender into one cut of the receiver. The
 * stage against a script in PyTorch that freezes the receiver and caches what the sender sends.
 * Both do the same steps. One thread each.
 */
final class ColumnBenchmark implements Benchmark {
  private static final double ROUND_SECONDS = 2;
  private static final int MOST_ROUNDS = 60;
  private static final int EXAMPLES = 512;
  private static final int EPOCHS = 10_000; // more than a benchmark runs

  /** The receiver's cut and the examples of a step. */
  private record Workload(Pairs.Network network, String cut, int batch) {
    @Override
    public String toString() {
      return network + ", into " + cut + ", batch " + batch;
    }
  }

  @Override
  public String name() {
    return "vanilla-column";
  }

  private static List<Workload> all(Settings settings) {
    Pairs.Network network = Pairs.Network.of(settings);
    return settings.choose(
        List.of(
            new Workload(network, "stem", 64),
            new Workload(network, "layer2.1", 64),
            new Workload(network, "layer4.1", 64),
            new Workload(network, "layer2.1", 16)),
        List.of(new Workload(network, "layer3.0", 16)));
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
    int examples = settings.choose(EXAMPLES, 128);
    PreparedExperiment experiment =
        PreparedExperiment.make(
            bench.directory(workload.toString()),
            Pairs.experiment(
                "column",
                Settings.generated(examples, 64),
                workload.network(),
                examples,
                "epochs: " + EPOCHS + " batch_size: " + workload.batch()),
            Set.of("import_dataset", "train_network", "collect_representation"));
    List<Stage> column = new ArrayList<>();
    for (Stage stage : experiment.plan().getStageList()) {
      FitVanillaStitch stitch = stage.getAction().getFitVanillaStitch();
      if (stitch.getReceiverCut().equals(workload.cut())) {
        column.add(stage);
      }
    }
    int learned = Parts.fit(examples).length;
    int steps = (learned + workload.batch() - 1) / workload.batch();
    List<Object> arguments = new ArrayList<>();
    arguments.add(experiment.input(column.get(0), "network"));
    arguments.addAll(List.of(workload.cut(), workload.batch(), learned));
    for (Stage stage : column) {
      arguments.add(experiment.input(stage, "sender"));
    }
    try (Peer peer = Peer.start(settings, 1, "column.py", arguments);
        PausedStage stage =
            new PausedStage(
                experiment,
                "fit_vanilla_stitch",
                each -> each.getId().equals(column.get(0).getId()))) {
      stage.seconds(steps);
      double epoch = stage.seconds(steps);
      int epochs = settings.choose((int) Math.ceil(ROUND_SECONDS / epoch), 1);
      bench.compare(
          workload.toString(),
          peer.version(),
          "s per epoch of " + column.size() + " stitches",
          Goal.atLeast(1.3),
          MOST_ROUNDS,
          () -> stage.seconds(epochs * steps) / epochs,
          () -> peer.ask("epochs " + epochs) / epochs);
    }
  }
}
