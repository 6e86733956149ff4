package io.stitchflow.benchmarks;

import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Copy stitches of all cells of a pair: moments and least squares, against SGD in PyTorch until its
 * error on the train examples is within 1 % of the least-squares error. One thread each.
 *
 * <p>How many epochs SGD takes is found once, for the best of three learning rates, and takes no
 * part in the rounds: a round takes one epoch of each sampled cell, times these epochs, times
 * cells. SGD that does not arrive within its time counts with the epochs that it ran, so that the
 * ratio is a lower bound.
 */
final class CopyBenchmark implements Benchmark {
  private static final int EXAMPLES = 512;
  private static final int SEARCH_SECONDS = 20; // of a cell and learning rate
  private static final int MOST_ROUNDS = 20;
  private static final Set<String> BEFORE =
      Set.of("import_dataset", "train_network", "collect_representation");
  private static final Set<String> COPIES =
      Set.of("collect_gram", "collect_cross_moments", "solve_copy_stitch");

  @Override
  public String name() {
    return "copy";
  }

  @Override
  public List<String> workloads(Settings settings) {
    String network = Pairs.Network.of(settings).toString();
    return List.of(network + ", images in memory", network + ", representations in memory");
  }

  @Override
  public void measure(Bench bench) throws Exception {
    Settings settings = bench.settings();
    Pairs.Network network = Pairs.Network.of(settings);
    int examples = settings.choose(EXAMPLES, 128);
    PreparedExperiment experiment =
        PreparedExperiment.make(
            bench.directory("copy"),
            Pairs.experiment(
                "copy", settings.dataset(examples, 64), network, examples, "epochs: 1"),
            BEFORE);
    List<Object> arguments = new ArrayList<>();
    arguments.add(experiment.output(each -> each.getAction().hasImportDataset(), "train"));
    arguments.add(PairBenchmark.BATCH);
    arguments.addAll(networks(experiment));
    arguments.addAll(representations(experiment, network.cuts()));
    try (Peer peer = Peer.start(settings, 1, "copies.py", arguments)) {
      List<Cell> cells = sample(peer, network.cuts(), settings);
      Ours ours = new Ours(bench, experiment);
      List<String> workloads = workloads(settings);
      List<String> requests = List.of("from_images", "from_representations");
      for (int i = 0; i < requests.size(); i++) {
        String request = requests.get(i);
        bench.compare(
            workloads.get(i),
            peer.version() + ", scaled",
            "s per " + network.cuts() * network.cuts() + " cells",
            Goal.atLeast(1000),
            MOST_ROUNDS,
            ours::round,
            () -> theirs(peer, request, cells, network.cuts()));
      }
    }
  }

  /**
   * A sampled cell.
   *
   * @param epochs until the error is small enough
   */
  private record Cell(int sender, int receiver, double epochs) {
    String request(String name) {
      return name + " " + sender + " " + receiver;
    }
  }

  private static List<Cell> sample(Peer peer, int cuts, Settings settings) throws IOException {
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < settings.choose(cuts, 1); i++) {
      int receiver = (i * 2 + 1) % cuts;
      int seconds = settings.choose(SEARCH_SECONDS, 1);
      cells.add(new Cell(i, receiver, peer.ask("search " + i + " " + receiver + " " + seconds)));
    }
    return cells;
  }

  private static double theirs(Peer peer, String request, List<Cell> cells, int cuts)
      throws IOException {
    double seconds = 0;
    for (Cell cell : cells) {
      seconds += cell.epochs() * peer.ask(cell.request(request));
    }
    return seconds * cuts * cuts / cells.size();
  }

  private static List<Path> networks(PreparedExperiment experiment) throws IOException {
    List<Path> files = new ArrayList<>();
    for (long seed : List.of(1L, 2L)) {
      files.add(
          experiment.output(
              each ->
                  each.getAction().getTrainNetwork().getSeed() == seed
                      && each.getAction().getTrainNetwork().getRecipe().getEpochs() > 0,
              "network"));
    }
    return files;
  }

  /** The sender's of all cuts, then the receiver's, of train examples. */
  private static List<Path> representations(PreparedExperiment experiment, int cuts)
      throws IOException {
    List<Stage> moments =
        experiment.plan().getStageList().stream()
            .filter(stage -> stage.getAction().hasCollectCrossMoments())
            .toList();
    List<Path> senders = new ArrayList<>();
    List<Path> receivers = new ArrayList<>();
    for (Stage stage : moments) {
      Path sender = experiment.input(stage, "sender");
      Path receiver = experiment.input(stage, "receiver");
      if (!senders.contains(sender)) {
        senders.add(sender);
      }
      if (!receivers.contains(receiver)) {
        receivers.add(receiver);
      }
    }
    if (senders.size() != cuts || receivers.size() != cuts) {
      throw new IllegalStateException(senders.size() + " and " + receivers.size() + " cuts");
    }
    senders.addAll(receivers);
    return senders;
  }

  /** All moments and solutions, each round in a store that has the representations only. */
  private static final class Ours {
    private final Bench bench;
    private final PreparedExperiment experiment;
    private int rounds;

    Ours(Bench bench, PreparedExperiment experiment) {
      this.bench = bench;
      this.experiment = experiment;
    }

    double round() throws Exception {
      Path round = bench.directory("round-" + rounds++);
      PreparedExperiment fresh = experiment.copy(round.resolve("store"));
      long start = System.nanoTime();
      fresh.run(StageDefinition::executor, COPIES);
      double seconds = (System.nanoTime() - start) / 1e9;
      Program.run(bench.settings().work(), "rm", "-rf", round.toString());
      return seconds;
    }
  }
}
