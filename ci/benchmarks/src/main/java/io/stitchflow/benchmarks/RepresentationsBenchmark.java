package io.stitchflow.benchmarks;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.Network;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.network.program.NetworkFile;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Representations at all cuts of a network: the stage, which writes them, against the same forward
 * pass without writing. One thread. Publication, which hashes the files and forces them to the
 * disk, is a line of its own.
 */
final class RepresentationsBenchmark implements Benchmark {
  private static final int EXAMPLES = 1024;
  private static final int BATCH = 64; // the stage's own
  private static final int MOST_ROUNDS = 40;

  @Override
  public String name() {
    return "representations";
  }

  @Override
  public List<String> workloads(Settings settings) {
    String network = Pairs.Network.of(settings).toString();
    return List.of(network + ", written", network + ", written and published");
  }

  @Override
  public void measure(Bench bench) throws Exception {
    Settings settings = bench.settings();
    int examples = settings.choose(EXAMPLES, 128);
    PreparedExperiment experiment =
        PreparedExperiment.make(
            bench.directory("representations"),
            Pairs.experiment(
                "representations",
                Settings.generated(examples, BATCH),
                Pairs.Network.of(settings),
                0,
                "epochs: 1"),
            Set.of("import_dataset", "train_network"));
    Stage first =
        experiment.plan().getStageList().stream()
            .filter(stage -> stage.getAction().hasCollectRepresentation())
            .findFirst()
            .orElseThrow();
    Inference inference =
        new Inference(experiment.input(first, "network"), experiment.input(first, "dataset"));
    Ours ours = new Ours(bench, experiment, first);
    List<String> workloads = workloads(settings);
    String unit = "s per " + examples + " images";
    bench.compare(
        workloads.get(0),
        "inference alone",
        unit,
        Goal.atLeast(0.9),
        MOST_ROUNDS,
        () -> ours.round().written(),
        inference::seconds);
    bench.compare(
        workloads.get(1),
        "inference alone",
        unit,
        Goal.statedSpeedUp(),
        MOST_ROUNDS,
        () -> ours.round().published(),
        inference::seconds);
  }

  /** Seconds of the executor, and of the whole stage. */
  private record Seconds(double written, double published) {}

  /** The group of the stage, each round in a store without it. */
  private static final class Ours {
    private final Bench bench;
    private final PreparedExperiment experiment;
    private final Stage first;
    private int rounds;
    private double written;

    Ours(Bench bench, PreparedExperiment experiment, Stage first) {
      this.bench = bench;
      this.experiment = experiment;
      this.first = first;
    }

    Seconds round() throws Exception {
      Path round = bench.directory("round-" + rounds++);
      PreparedExperiment fresh = experiment.copy(round.resolve("store"));
      long start = System.nanoTime();
      fresh.runGroup(this::timing, "collect_representation", each -> each.equals(first));
      double published = (System.nanoTime() - start) / 1e9;
      Program.run(bench.settings().work(), "rm", "-rf", round.toString());
      return new Seconds(written, published);
    }

    private StageExecutor timing(StageDefinition definition) {
      StageExecutor executor = definition.executor();
      return (runs, progress) -> {
        long start = System.nanoTime();
        executor.execute(runs, progress);
        written = (System.nanoTime() - start) / 1e9;
      };
    }
  }

  /** The stage's forward pass, with the start of its lane. */
  private record Inference(Path network, Path images) {
    double seconds() throws IOException {
      long start = System.nanoTime();
      try (Lane lane = Lane.open();
          Network loaded = NetworkFile.open(lane, network);
          TensorFile file = TensorFile.open(images)) {
        NetworkInputs inputs = loaded.inputs(file, BATCH);
        for (int from = 0; from < file.rows(); from += BATCH) {
          int first = from;
          int count = Math.min(BATCH, file.rows() - from);
          Lane.scoped(() -> loaded.forward(inputs.batch(lane, first, count)));
        }
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
