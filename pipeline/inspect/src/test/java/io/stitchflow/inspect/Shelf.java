package io.stitchflow.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.StageActions;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A store filled by hand, and plans of three stages: data, network, representation. */
final class Shelf {
  private final Store store;

  Shelf(Path root) throws IOException {
    this.store = Store.open(root);
  }

  Store store() {
    return store;
  }

  StoreCatalog catalog() throws IOException {
    return StoreCatalog.read(store);
  }

  /** Publishes a result whose outputs are these texts, by name. */
  Digest publish(Action action, double seconds, Map<String, String> outputs) throws IOException {
    ActionResult.Builder result = ActionResult.newBuilder().setSeconds(seconds);
    for (Map.Entry<String, String> output : outputs.entrySet()) {
      result.addOutput(output(output.getKey(), output.getValue().getBytes(UTF_8)));
    }
    return publish(action, result.build());
  }

  Digest publish(Action action, ActionResult result) throws IOException {
    Digest key = ActionKeys.key(action);
    var unused = new ActionCache(store).publish(key, action, result);
    return key;
  }

  Output output(String name, byte[] bytes) throws IOException {
    return Output.newBuilder()
        .setName(name)
        .setDigest(store.put(bytes).bytes())
        .setSizeBytes(bytes.length)
        .build();
  }

  /** What a plan is made of. */
  record Recipe(long dataSeed, long networkSeed, int epochs, String cut, int version) {
    static final Recipe FIRST = new Recipe(1, 1, 4, "stem", 1);

    Recipe withDataSeed(long seed) {
      return new Recipe(seed, networkSeed, epochs, cut, version);
    }

    Recipe withNetworkSeed(long seed) {
      return new Recipe(dataSeed, seed, epochs, cut, version);
    }

    Recipe withEpochs(int number) {
      return new Recipe(dataSeed, networkSeed, number, cut, version);
    }

    Recipe withCut(String other) {
      return new Recipe(dataSeed, networkSeed, epochs, other, version);
    }

    Recipe withVersion(int other) {
      return new Recipe(dataSeed, networkSeed, epochs, cut, other);
    }

    Plan plan() {
      Action data =
          Action.newBuilder()
              .setImportDataset(
                  ImportDataset.newBuilder()
                      .setSynthetic(Synthetic.newBuilder().setTrainExamples(8).setSeed(dataSeed)))
              .build();
      Action network =
          Action.newBuilder()
              .setVersion(version)
              .setToolchain(Toolchain.newBuilder().setLibtorch("2.7." + version))
              .setTrainNetwork(
                  TrainNetwork.newBuilder()
                      .addBlocks(1)
                      .setWidth(2)
                      .setSeed(networkSeed)
                      .setRecipe(TrainingRecipe.newBuilder().setEpochs(epochs)))
              .build();
      Action representation =
          Action.newBuilder()
              .setCollectRepresentation(CollectRepresentation.newBuilder().setCut(cut))
              .build();
      return Plan.newBuilder()
          .addStage(stage("data", data))
          .addStage(stage("train a", network, "train", "data", "train"))
          .addStage(
              stage(
                  "represent a",
                  representation,
                  "network",
                  "train a",
                  "network",
                  "dataset",
                  "data",
                  "train"))
          .build();
    }

    /** Dependencies as role, stage and output, one after another. */
    private static Stage stage(String id, Action action, String... dependencies) {
      Stage.Builder stage = Stage.newBuilder().setId(id).setGroup(id).setAction(action);
      for (int i = 0; i < dependencies.length; i += 3) {
        stage.addDependency(
            Dependency.newBuilder()
                .setRole(dependencies[i])
                .setStage(dependencies[i + 1])
                .setOutput(dependencies[i + 2]));
      }
      return stage.build();
    }
  }

  /** Runs the first stages of a plan; what each gives is a text that tells all that it is of. */
  void run(Plan plan, int stages) throws IOException {
    Map<String, StageResult> results = new HashMap<>();
    for (Stage stage : plan.getStageList().subList(0, stages)) {
      Action action = StageActions.resolve(stage, results);
      if (action == null) {
        throw new AssertionError("stages stand after what they depend on");
      }
      Digest key = ActionKeys.key(action);
      String content = "made by " + key;
      String name =
          Map.of("data", "train", "train a", "network", "represent a", "representation")
              .getOrDefault(stage.getId(), "out");
      publish(action, 2, Map.of(name, content));
      results.put(stage.getId(), result(stage.getId(), key, Outcome.RAN));
    }
  }

  void run(Plan plan) throws IOException {
    run(plan, plan.getStageCount());
  }

  StageResult result(String stage, Digest key, Outcome outcome) {
    ActionResult result = new ActionCache(store).find(key);
    if (result == null) {
      throw new AssertionError("no record " + key);
    }
    return StageResult.newBuilder()
        .setStage(stage)
        .setKey(key.bytes())
        .setOutcome(outcome)
        .setResult(result)
        .build();
  }

  /** Records a run of the experiment with these results. */
  void recordRun(String experiment, StageResult... results) throws IOException {
    Run run = Run.newBuilder().setExperiment(Experiment.newBuilder().setName(experiment)).build();
    RunFiles.keep(store, run).writeResults(List.of(results));
  }

  List<Explanation> why(Plan plan) throws IOException {
    return Why.of(PlanStatus.of(plan, new Memo(store)), catalog());
  }

  Path blob(Digest digest) {
    return store.root().resolve("cas").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  Path record(Digest key) {
    return store.root().resolve("ac").resolve(key.hex().substring(0, 2)).resolve(key.hex());
  }

  void age(Digest key, long seconds) throws IOException {
    Path record = record(key);
    long millis = Files.getLastModifiedTime(record).toMillis() - 1000 * seconds;
    Files.setLastModifiedTime(record, FileTime.fromMillis(millis));
  }

  /** Of the only record of that kind. */
  CatalogEntry only(String kind) throws IOException {
    List<CatalogEntry> found = new ArrayList<>();
    for (CatalogEntry entry : catalog().entries()) {
      if (entry.kindName().equals(kind)) {
        found.add(entry);
      }
    }
    if (found.size() != 1) {
      throw new AssertionError("one " + kind + ", but was: " + found);
    }
    return found.get(0);
  }

  static Input input(String role, Digest digest) {
    return Input.newBuilder().setRole(role).setDigest(digest.bytes()).build();
  }
}
