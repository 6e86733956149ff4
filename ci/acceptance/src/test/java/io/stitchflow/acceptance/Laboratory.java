package io.stitchflow.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.stitchflow.content.Digest;
import io.stitchflow.flink.FlinkCluster;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.Planner;
import io.stitchflow.run.InProcess;
import io.stitchflow.run.RunListener;
import io.stitchflow.run.Worker;
import io.stitchflow.spec.ExperimentDefaults;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.store.Stores;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.transforms.BeamRun;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** A store and ways to run a small experiment on it. */
final class Laboratory {
  /**
   * Two tiny networks on a few generated images: every stage is real, and all of it takes seconds.
   */
  static final String TINY =
      """
      name: "tiny"
      dataset { synthetic { train_examples: 64 test_examples: 40 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: 1 recipe { epochs: 1 batch_size: 16 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 recipe { epochs: 1 batch_size: 16 } }
      pair { sender: "a" receiver: "b" }
      condition: TRAINED_TRAINED
      condition: RANDOM_TRAINED
      cut: "stem"
      cut: "layer2.0"
      vanilla { recipe { epochs: 1 batch_size: 16 } }
      copy { solver: LEAST_SQUARES solver: SGD recipe { epochs: 1 batch_size: 16 } }
      metric: [
        "accuracy", "mse", "agreement", "cosine", "cka", "procrustes", "mahalanobis", "distance",
        "drift", "divergence", "fisher", "ood", "ladder", "probe", "controls"
      ]
      """;

  private final Path directory;
  private final String place;

  Laboratory(Path directory) {
    this(directory, directory.toString());
  }

  /**
   * On a remote store.
   *
   * @param directory this machine's first level
   * @param uri where the store is; not where its first level is
   */
  Laboratory(Path directory, String uri) {
    this.directory = directory;
    this.place = uri;
  }

  /** What a run did: the outcome of each stage that ran, and the results of all stages. */
  record Finished(Plan plan, List<StageResult> ran, Map<String, StageResult> all) {
    /** Stages that computed, by kind. */
    Map<String, Integer> computed() {
      Map<String, Integer> computed = new LinkedHashMap<>();
      for (StageResult result : ran) {
        if (result.getOutcome() == Outcome.RAN) {
          computed.merge(kind(result.getStage()), 1, Integer::sum);
        }
      }
      return computed;
    }

    /** Digest of every output of every stage. */
    Map<String, String> digests() {
      Map<String, String> digests = new TreeMap<>();
      for (StageResult result : all.values()) {
        for (Output output : result.getResult().getOutputList()) {
          digests.put(
              result.getStage() + " : " + output.getName(), Digest.from(output.getDigest()).hex());
        }
      }
      return digests;
    }

    StageResult result(String stage) {
      return requireNonNull(all.get(stage), stage);
    }

    Digest output(String stage, String name) {
      for (Output output : result(stage).getResult().getOutputList()) {
        if (output.getName().equals(name)) {
          return Digest.from(output.getDigest());
        }
      }
      throw new IllegalArgumentException("no output " + name + " of " + stage);
    }

    /** Digests of all that stages of one kind gave. */
    List<Digest> blobsOf(String kind) {
      return all.values().stream()
          .filter(result -> kind(result.getStage()).equals(kind))
          .flatMap(result -> result.getResult().getOutputList().stream())
          .map(output -> Digest.from(output.getDigest()))
          .toList();
    }

    private String kind(String id) {
      return plan.getStageList().stream()
          .filter(stage -> stage.getId().equals(id))
          .map(stage -> StageDefinition.of(stage).name())
          .findFirst()
          .orElseThrow();
    }
  }

  static Experiment experiment(String text) throws IOException {
    return ExperimentDefaults.fill(TextFormat.parse(text, Experiment.class));
  }

  /**
   * The smallest experiment with every kind of stage.
   *
   * @param seed of its network
   */
  static Experiment oneNetwork(int seed) throws IOException {
    return oneNetwork(seed, 1);
  }

  static Experiment oneNetwork(int seed, int epochs) throws IOException {
    return experiment(
        String.format(
            Locale.ROOT,
            """
            name: "one network"
            dataset { synthetic { train_examples: 64 test_examples: 40 } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: %d recipe { epochs: %d batch_size: 16 } }
            pair { sender: "a" receiver: "a" }
            condition: TRAINED_TRAINED
            cut: "stem"
            vanilla { recipe { epochs: 1 batch_size: 16 } }
            copy { solver: LEAST_SQUARES }
            metric: ["accuracy", "mse", "cka", "controls"]
            """,
            seed,
            epochs));
  }

  Store store() throws IOException {
    return Stores.open(place, Map.of(Stores.LOCAL_VARIABLE, directory.toString()));
  }

  Finished inProcess(Experiment experiment) throws Exception {
    return run(experiment, (plan, survey) -> InProcess.run(plan, survey, worker(), new Unheard()));
  }

  Finished onDirectRunner(Experiment experiment) throws Exception {
    return onDirectRunner(experiment, new Unheard());
  }

  Finished onDirectRunner(Experiment experiment, RunListener listener) throws Exception {
    return run(
        experiment,
        (plan, survey) -> {
          DirectOptions options = PipelineOptionsFactory.create().as(DirectOptions.class);
          options.setRunner(DirectRunner.class);
          options.setTargetParallelism(2);
          return survey.complete()
              ? List.of()
              : BeamRun.runHere(options, described(plan), survey, store(), 2, listener);
        });
  }

  /**
   * @param master where to submit, or {@code [local]}
   */
  Finished onFlink(Experiment experiment, String master, int parallelism) throws Exception {
    return onFlink(experiment, master, parallelism, new Unheard());
  }

  Finished onFlink(Experiment experiment, String master, int parallelism, RunListener listener)
      throws Exception {
    return run(experiment, (plan, survey) -> onFlink(plan, survey, master, parallelism, listener));
  }

  private List<StageResult> onFlink(
      Plan plan, PlanStatus survey, String master, int parallelism, RunListener listener)
      throws Exception {
    if (survey.complete()) {
      return List.of();
    }
    try (Cluster.Job job = submit(plan, survey, master, parallelism)) {
      Cluster.End end = job.await(listener);
      assertThat(end.failure()).isEmpty();
      assertThat(end.results().values()).extracting(StageResult::getMessage).containsOnly("");
      return List.copyOf(end.results().values());
    }
  }

  /** Submits an experiment of which nothing is in the store. */
  Cluster.Job submit(Experiment experiment, String master, int parallelism) throws Exception {
    Plan plan = Planner.plan(experiment, directory, Toolchains.cpu());
    return submit(plan, PlanStatus.of(plan, worker().memo()), master, parallelism);
  }

  private Cluster.Job submit(Plan plan, PlanStatus survey, String master, int parallelism)
      throws Exception {
    Cluster cluster = new FlinkCluster();
    Run run =
        described(plan).toBuilder()
            .setMaster(master)
            .setSlots(cluster.slots(master, parallelism))
            .build();
    return cluster.submit(run, survey, store());
  }

  static Run described(Plan plan) {
    return Run.newBuilder().setPlan(plan).build();
  }

  private Worker worker() throws IOException {
    return new Worker(store(), 1);
  }

  private Finished run(Experiment experiment, Runner runner) throws Exception {
    Plan plan = Planner.plan(experiment, directory, Toolchains.cpu());
    PlanStatus survey = PlanStatus.of(plan, worker().memo());
    List<StageResult> ran = runner.run(plan, survey);
    Map<String, StageResult> all = new TreeMap<>();
    survey.known().forEach(result -> all.put(result.getStage(), result));
    ran.forEach(result -> all.put(result.getStage(), result));
    return new Finished(plan, ran, all);
  }

  Path blob(Digest digest) {
    return directory.resolve("cas").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  /** All blobs of the store. */
  List<Path> blobs() throws IOException {
    try (var files = Files.walk(directory.resolve("cas"))) {
      return new ArrayList<>(files.filter(Files::isRegularFile).sorted().toList());
    }
  }

  private interface Runner {
    List<StageResult> run(Plan plan, PlanStatus survey) throws Exception;
  }

  private static final class Unheard implements RunListener {
    @Override
    public void started(List<Stage> group, String worker) {}

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {}
  }
}
