package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Optimizer;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Training that ended in the middle and goes on gives the bytes of training that did not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResumeTest {
  private static final String TO = "layer2.0";
  private static final int EPOCHS = 4;
  // Of training a network; the rest is evaluation
  private static final double TRAINING = 0.95;

  private static final TrainingRecipe TRAINING_RECIPE =
      TrainingRecipe.newBuilder()
          .setEpochs(EPOCHS)
          .setBatchSize(20)
          .setLearningRate(0.01)
          .setMomentum(0.9)
          .setWeightDecay(5e-4)
          .setWarmup(0.1)
          .setFlip(true)
          .setTranslate(2)
          .setCutout(4)
          .build();

  @TempDir static Path directory;

  private Bench bench = new Bench(directory);
  private Path dataset = directory;
  private Cells cells = new Cells(bench, Subject.NONE, Subject.NONE);
  private int stores;

  @BeforeAll
  void makeNetworks() throws IOException {
    bench = new Bench(directory);
    dataset = Subject.dataset(bench);
    cells = new Cells(bench, Subject.of(bench, dataset, 0, 1), Subject.of(bench, dataset, 0, 2));
  }

  /** What the user's machine does to a run. */
  private static final class Outage extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void network_diesInAnyEpoch_givesTheSameBytesAndRedoesNoEpochThatWasDone() throws IOException {
    TrainingRecipe adam = TRAINING_RECIPE.toBuilder().setOptimizer(Optimizer.ADAM).build();
    TrainingRecipe patient = TRAINING_RECIPE.toBuilder().setPatience(EPOCHS).build();
    for (TrainingRecipe recipe : List.of(TRAINING_RECIPE, adam, patient)) {
      Bench.Run run = network(recipe);
      List<ActionResult> undisturbed = run(newMemo(), List.of(run), new ArrayList<>());
      for (int epoch = 1; epoch < EPOCHS; epoch++) {
        Memo memo = newMemo();
        dieAfter(memo, List.of(run), TRAINING * epoch / EPOCHS);
        List<Double> shares = new ArrayList<>();
        List<ActionResult> resumed = run(memo, List.of(run), shares);
        assertSameBytes(resumed, undisturbed);
        assertThat(shares.get(0)).isGreaterThan(TRAINING * epoch / EPOCHS);
      }
    }
  }

  @Test
  void column_diesInAnyEpoch_givesTheSameBytesAndRedoesNoEpochThatWasDone() throws IOException {
    List<Bench.Run> vanilla = new ArrayList<>();
    List<Bench.Run> copy = new ArrayList<>();
    List<Bench.Run> patient = new ArrayList<>();
    StitchRecipe patience = recipes().get(0).toBuilder().setPatience(EPOCHS).build();
    for (String from : List.of("stem", "layer2.0", "layer4.0")) {
      vanilla.add(cells.vanilla(from, TO));
      copy.add(cells.copyBySgd(from, TO));
      patient.add(cells.vanilla(from, TO, patience));
    }
    for (List<Bench.Run> column : List.of(vanilla, copy)) {
      for (StitchRecipe recipe : recipes()) {
        assertResumes(column.stream().map(run -> with(run, recipe)).toList());
      }
    }
    assertResumes(patient);
  }

  private void assertResumes(List<Bench.Run> column) throws IOException {
    List<ActionResult> undisturbed = run(newMemo(), column, new ArrayList<>());
    for (int epoch = 1; epoch < EPOCHS; epoch++) {
      Memo memo = newMemo();
      dieAfter(memo, column, (double) epoch / EPOCHS);
      List<Double> shares = new ArrayList<>();
      assertSameBytes(run(memo, column, shares), undisturbed);
      assertThat(shares.get(0)).isGreaterThan((double) epoch / EPOCHS);
    }
  }

  @Test
  void column_resumedBesideOtherStitches_givesTheBytesOfEachAlone() throws IOException {
    StitchRecipe recipe = recipes().get(0);
    Bench.Run early = with(cells.vanilla("stem", TO), recipe);
    Bench.Run late = with(cells.vanilla("layer2.0", TO), recipe);
    Bench.Run fresh = with(cells.vanilla("layer4.0", TO), recipe);
    Memo memo = newMemo();
    dieAfter(memo, List.of(early), 1. / EPOCHS);
    dieAfter(memo, List.of(late), 3. / EPOCHS);
    List<ActionResult> together = run(memo, List.of(late, fresh, early), new ArrayList<>());
    assertSameBytes(together.subList(0, 1), run(newMemo(), List.of(late), new ArrayList<>()));
    assertSameBytes(together.subList(1, 2), run(newMemo(), List.of(fresh), new ArrayList<>()));
    assertSameBytes(together.subList(2, 3), run(newMemo(), List.of(early), new ArrayList<>()));
  }

  private static List<StitchRecipe> recipes() {
    StitchRecipe recipe = Cells.RECIPE.toBuilder().setEpochs(EPOCHS).build();
    return List.of(
        recipe,
        recipe.toBuilder().setOptimizer(Optimizer.ADAM).build(),
        recipe.toBuilder().setBatchNorm(true).build());
  }

  /** Watched on the test split. */
  private Bench.Run network(TrainingRecipe recipe) throws IOException {
    return bench.stage(
        Action.newBuilder()
            .setTrainNetwork(
                TrainNetwork.newBuilder()
                    .addAllBlocks(List.of(1, 1, 1, 1))
                    .setWidth(4)
                    .setRecipe(recipe)
                    .setSeed(5)),
        "train",
        dataset.resolve("train"),
        "test",
        dataset.resolve("test"),
        "validation",
        dataset.resolve("test"));
  }

  private static Bench.Run with(Bench.Run run, StitchRecipe recipe) {
    Action.Builder action = run.action().toBuilder();
    if (action.hasFitVanillaStitch()) {
      action.getFitVanillaStitchBuilder().setRecipe(recipe);
    } else {
      action.getFitCopyStitchBuilder().setRecipe(recipe);
    }
    return new Bench.Run(action.build(), run.inputs(), run.outputs());
  }

  private Memo newMemo() throws IOException {
    return new Memo(Store.open(directory.resolve("store" + stores++)), Duration.ZERO);
  }

  /** The first step after that share of the work is the last. */
  private static void dieAfter(Memo memo, List<Bench.Run> runs, double share) {
    assertThatThrownBy(
            () ->
                get(
                    memo,
                    runs,
                    done -> {
                      if (done > share + 1e-9) {
                        throw new Outage();
                      }
                    }))
        .isInstanceOf(Outage.class);
  }

  /** Computes all, none of which is in the store; adds what was told of the share done. */
  private static List<ActionResult> run(Memo memo, List<Bench.Run> runs, List<Double> shares)
      throws IOException {
    return get(memo, runs, shares::add);
  }

  private interface Progress {
    void at(double share);
  }

  private static List<ActionResult> get(Memo memo, List<Bench.Run> runs, Progress progress)
      throws IOException {
    List<Memo.Request> requests = new ArrayList<>();
    for (Bench.Run run : runs) {
      List<Path> inputs = List.copyOf(run.inputs().values());
      requests.add(new Memo.Request(run.action(), 1, false, inputs));
    }
    return memo
        .get(
            requests,
            executor(runs.get(0).action()),
            digest -> {
              throw new IOException("all inputs come from outside");
            },
            progress::at)
        .stream()
        .map(Memo.Answer::result)
        .toList();
  }

  private static StageExecutor executor(Action action) {
    return switch (action.getParametersCase()) {
      case TRAIN_NETWORK -> new TrainNetworkExecutor();
      case FIT_VANILLA_STITCH -> new FitVanillaStitchExecutor();
      default -> new FitCopyStitchExecutor();
    };
  }

  private static void assertSameBytes(List<ActionResult> actual, List<ActionResult> expected) {
    assertThat(digests(actual)).isNotEmpty().isEqualTo(digests(expected));
  }

  private static List<Digest> digests(List<ActionResult> results) {
    return results.stream()
        .flatMap(result -> result.getOutputList().stream())
        .map(Output::getDigest)
        .map(Digest::from)
        .toList();
  }
}
