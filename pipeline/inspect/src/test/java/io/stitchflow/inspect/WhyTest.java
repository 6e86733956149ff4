package io.stitchflow.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.inspect.Shelf.Recipe;
import io.stitchflow.plan.PlanStatus.State;
import io.stitchflow.store.ActionCache;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhyTest {
  @TempDir Path directory;
  private Shelf shelf;

  @BeforeEach
  void open() throws IOException {
    shelf = new Shelf(directory.resolve("store"));
  }

  @Test
  void why_allIsThere_isHit() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    assertThat(shelf.why(Recipe.FIRST.plan()))
        .allSatisfy(
            explanation -> {
              assertThat(explanation.state()).isEqualTo(State.HIT);
              assertThat(explanation.causes()).isEmpty();
            });
  }

  @Test
  void why_emptyStore_isThatNothingIsThere() throws IOException {
    List<Explanation> all = shelf.why(Recipe.FIRST.plan());
    assertThat(all)
        .extracting(Explanation::state)
        .containsExactly(State.RUN, State.WAIT, State.WAIT);
    assertThat(all).extracting(Explanation::note).containsOnly("no earlier result of this kind");
    assertThat(causes(all, 1)).containsExactly("train a: no earlier result of this kind");
    assertThat(all.get(1).differences().get(0).because())
        .containsExactly(new Cause("data", "no earlier result of this kind"));
  }

  @Test
  void why_parameterChanged_isTheFieldAndWhoWaitsForItSaysSo() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    List<Explanation> all = shelf.why(Recipe.FIRST.withNetworkSeed(7).withEpochs(6).plan());
    assertThat(all.get(0).state()).isEqualTo(State.HIT);
    assertThat(all.get(1).state()).isEqualTo(State.RUN);
    assertThat(all.get(1).differences())
        .extracting(Difference::change)
        .containsExactly("recipe.epochs 4 -> 6", "seed 1 -> 7");
    assertThat(all.get(2).state()).isEqualTo(State.WAIT);
    assertThat(all.get(2).differences()).hasSize(1);
    Difference waiting = all.get(2).differences().get(0);
    assertThat(waiting.field()).isEqualTo("input[network]");
    assertThat(waiting.from()).isEqualTo(onlyOutput(shelf.only("train_network")).hex());
    assertThat(waiting.to()).isNull();
    assertThat(causes(all, 2))
        .containsExactly("train a: recipe.epochs 4 -> 6", "train a: seed 1 -> 7");
  }

  @Test
  void why_waitingStageHasAChangeOfItsOwn_saysBoth() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    List<Explanation> all = shelf.why(Recipe.FIRST.withNetworkSeed(7).withCut("layer1.0").plan());
    assertThat(causes(all, 2))
        .containsExactly("represent a: cut stem -> layer1.0", "train a: seed 1 -> 7");
  }

  @Test
  void why_inputChanged_followsItToTheFirstCause() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    shelf.run(Recipe.FIRST.withNetworkSeed(7).plan(), 2);
    List<Explanation> all = shelf.why(Recipe.FIRST.withNetworkSeed(7).plan());
    assertThat(all.get(2).state()).isEqualTo(State.RUN);
    assertThat(causes(all, 2)).containsExactly("network ResNet(1)/2 seed 1, 4 epochs: seed 1 -> 7");

    // Two steps away: the data set's seed reaches the representation on two ways, told once
    shelf.run(Recipe.FIRST.withDataSeed(5).plan(), 2);
    Explanation behind = shelf.why(Recipe.FIRST.withDataSeed(5).plan()).get(2);
    assertThat(behind.differences())
        .extracting(Difference::field)
        .containsExactly("input[network]", "input[dataset]");
    assertThat(behind.causes())
        .extracting(Cause::toString)
        .containsExactly(
            "data set synthetic, 8 train, 0 test, noise 0.0, seed 1: synthetic.seed 1 -> 5");
  }

  @Test
  void why_versionAndToolchainChanged_areFieldsToo() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    assertThat(causes(shelf.why(Recipe.FIRST.withVersion(2).plan()), 1))
        .containsExactly("train a: toolchain.libtorch 2.7.1 -> 2.7.2", "train a: version 1 -> 2");
  }

  @Test
  void why_blobIsDeleted_namesIt() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    Digest blob = onlyOutput(shelf.only("collect_representation"));
    Files.delete(shelf.blob(blob));
    Explanation explanation = shelf.why(Recipe.FIRST.plan()).get(2);
    assertThat(explanation.state()).isEqualTo(State.RUN);
    assertThat(explanation.note()).isEqualTo("blob missing: representation " + blob.brief());
    assertThat(explanation.differences()).isEmpty();
  }

  @Test
  void why_recordIsDeleted_saysThatItWasThere() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    Files.delete(shelf.record(shelf.only("train_network").key()));
    List<Explanation> all = shelf.why(Recipe.FIRST.plan());
    assertThat(all.get(1).note()).contains("the store has no record of it now");
    assertThat(all.get(2).state()).isEqualTo(State.WAIT);
  }

  @Test
  void why_recordBehindAnInputIsDeleted_isReportedAsUnknown() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    CatalogEntry network = shelf.only("train_network");
    Files.delete(shelf.record(network.key()));
    shelf.run(Recipe.FIRST.withNetworkSeed(7).plan(), 2);
    assertThat(causes(shelf.why(Recipe.FIRST.withNetworkSeed(7).plan()), 2))
        .containsExactly(
            "input " + onlyOutput(network).brief() + ": the store has no record of what made it");
  }

  @Test
  void why_severalAreNear_comparesWithFewestDifferencesThenTheSameStageThenTheYoungest()
      throws IOException {
    for (int seed = 1; seed <= 3; seed++) {
      shelf.run(Recipe.FIRST.withNetworkSeed(seed).plan(), 2);
    }
    shelf.run(Recipe.FIRST.withNetworkSeed(8).withEpochs(9).withVersion(2).plan(), 2);
    StoreCatalog catalog = shelf.catalog();
    for (CatalogEntry entry : catalog.entries()) {
      Action action = entry.action();
      if (action != null && action.hasTrainNetwork()) {
        shelf.age(entry.key(), 100 * Math.abs(action.getTrainNetwork().getSeed() - 2));
      }
    }
    Plan plan = Recipe.FIRST.withNetworkSeed(8).plan();
    assertThat(causes(shelf.why(plan), 1))
        .as("seed 2 is the youngest of those with one difference")
        .containsExactly("train a: seed 2 -> 8");

    for (CatalogEntry entry : catalog.entries()) {
      Action action = entry.action();
      if (action != null && action.getTrainNetwork().getSeed() == 3) {
        shelf.recordRun("tiny", shelf.result("train a", entry.key(), Outcome.RAN));
      }
    }
    assertThat(causes(shelf.why(plan), 1))
        .as("seed 3 was this stage in a run")
        .containsExactly("train a: seed 3 -> 8");
  }

  @Test
  void why_fileFromOutsideChanged_namesIt() throws IOException {
    Action before = imported("old");
    shelf.publish(before, 1, java.util.Map.of("train", "images"));
    Plan plan =
        Plan.newBuilder()
            .addStage(
                Stage.newBuilder()
                    .setId("data")
                    .setAction(imported("new"))
                    .addSourceFile("/data/batch.bin"))
            .build();
    Explanation explanation = shelf.why(plan).get(0);
    assertThat(explanation.differences())
        .extracting(Difference::field)
        .containsExactly("input[batch]");
    assertThat(causes(List.of(explanation), 0))
        .containsExactly("/data/batch.bin: has other content");
  }

  @Test
  void why_sameActionGaveOtherBytes_isCalledNotDeterministic() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    CatalogEntry network = shelf.only("train_network");
    Files.delete(shelf.blob(onlyOutput(network)));
    ActionResult other =
        ActionResult.newBuilder()
            .addOutput(shelf.output("network", "other".getBytes(UTF_8)))
            .build();
    Action action = network.action();
    assertThat(action).isNotNull();
    if (action != null) {
      var unused = new ActionCache(shelf.store()).replace(network.key(), action, other);
    }
    List<Explanation> all = shelf.why(Recipe.FIRST.plan());
    assertThat(all.get(2).state()).isEqualTo(State.RUN);
    assertThat(causes(all, 2))
        .containsExactly(
            "network ResNet(1)/2 seed 1, 4 epochs: gave both: it is not deterministic");
  }

  private static Action imported(String content) {
    Input input = Shelf.input("batch", Digest.of(content.getBytes(UTF_8)));
    Action action = Recipe.FIRST.plan().getStage(0).getAction().toBuilder().addInput(input).build();
    assertThat(ActionKeys.key(action)).isNotNull();
    return action;
  }

  private static Digest onlyOutput(CatalogEntry entry) {
    return Digest.from(entry.result().getOutput(0).getDigest());
  }

  private static List<String> causes(List<Explanation> all, int stage) {
    return all.get(stage).causes().stream().map(Cause::toString).toList();
  }
}
