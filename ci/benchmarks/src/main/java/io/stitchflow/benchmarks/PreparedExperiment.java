package io.stitchflow.benchmarks;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.Planner;
import io.stitchflow.run.RunListener;
import io.stitchflow.run.Worker;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** An experiment in a store of its own, in which the stages before the measured ones are done. */
public final class PreparedExperiment {
  private final Path file;
  private final Path directory;
  private final Plan plan;

  private PreparedExperiment(Path file, Path directory, Plan plan) {
    this.file = file;
    this.directory = directory;
    this.plan = plan;
  }

  /** Runs the stages of these kinds. */
  public static PreparedExperiment make(Path parent, String text, Set<String> kinds)
      throws Exception {
    Path file = Files.writeString(parent.resolve("experiment.textproto"), text);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    Plan plan = Planner.plan(valid.experiment(), valid.base(), Toolchains.cpu());
    PreparedExperiment prepared = new PreparedExperiment(file, parent.resolve("store"), plan);
    Files.createDirectory(prepared.directory);
    prepared.run(StageDefinition::executor, kinds);
    return prepared;
  }

  public Path file() {
    return file;
  }

  public Path directory() {
    return directory;
  }

  public Plan plan() {
    return plan;
  }

  /** Runs what is missing of these kinds, in one lane. */
  public void run(Function<StageDefinition, StageExecutor> executors, Set<String> kinds)
      throws Exception {
    run(executors, kinds, 1);
  }

  /** Runs what is missing of these kinds. */
  public void run(Function<StageDefinition, StageExecutor> executors, Set<String> kinds, int lanes)
      throws Exception {
    BareLanes.run(plan, new Worker(Store.open(directory), executors, lanes), kinds, lanes);
  }

  /** Runs the one group of a kind that the predicate selects. */
  public void runGroup(
      Function<StageDefinition, StageExecutor> executors, String kind, Predicate<Stage> selected)
      throws IOException, InterruptedException {
    Worker worker = worker(executors);
    StageGroup group = missing(worker, kind, selected);
    worker.run(group.getStageList(), plan, known(worker), new Strict());
  }

  public Worker worker(Function<StageDefinition, StageExecutor> executors) throws IOException {
    return new Worker(Store.open(directory), executors, 1);
  }

  /** The one group of stages of this kind, of which none is done, that the predicate selects. */
  public StageGroup missing(Worker worker, String kind, Predicate<Stage> selected)
      throws IOException {
    return PlanStatus.of(plan, worker.memo()).missing().stream()
        .filter(
            group ->
                kind(group.getStage(0)).equals(kind)
                    && group.getStageList().stream().anyMatch(selected))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no group of " + kind + " is missing"));
  }

  /** Results of all stages that are done, by the stage's id. */
  public Map<String, StageResult> known(Worker worker) throws IOException {
    return PlanStatus.of(plan, worker.memo()).known().stream()
        .collect(Collectors.toMap(StageResult::getStage, Function.identity()));
  }

  /** The file of one output of the first stage that the predicate selects; it is done. */
  public Path output(Predicate<Stage> selected, String output) throws IOException {
    Store store = Store.open(directory);
    Stage stage = plan.getStageList().stream().filter(selected).findFirst().orElseThrow();
    StageResult result =
        Objects.requireNonNull(known(new Worker(store, 1)).get(stage.getId()), stage.getId());
    for (Output each : result.getResult().getOutputList()) {
      if (each.getName().equals(output)) {
        return store.open(Digest.from(each.getDigest()));
      }
    }
    throw new IllegalStateException(stage.getId() + ": has no output " + output);
  }

  /** The file that a stage reads in a role, from another stage that is done. */
  public Path input(Stage stage, String role) throws IOException {
    Dependency dependency =
        stage.getDependencyList().stream()
            .filter(each -> each.getRole().equals(role))
            .findFirst()
            .orElseThrow();
    return output(each -> each.getId().equals(dependency.getStage()), dependency.getOutput());
  }

  /** The same with a store that shares the files of this one and in which a round may publish. */
  public PreparedExperiment copy(Path to) throws IOException, InterruptedException {
    Program.run(directory, "cp", "--archive", "--link", directory.toString(), to.toString());
    // Blobs and records are never changed in place, but the index grows
    Program.run(to, "rm", "-rf", "index");
    return new PreparedExperiment(file, to, plan);
  }

  public static String kind(Stage stage) {
    return StageDefinition.of(stage).name();
  }

  /** Fails with the stage. */
  public static final class Strict implements RunListener {
    @Override
    public void started(List<Stage> group, String worker) {}

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {
      if (!result.hasResult()) {
        throw new IllegalStateException("not published: " + result);
      }
    }
  }
}
