package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stitches trained for each objective do, on small trained networks. */
class TrainingObjectivesTest extends BetweenTwoNetworks {
  private static final String FROM = "layer1.0";
  private static final String TO = "layer2.0";

  @Test
  void softLabels_epochs_lowerTheDivergenceFromTheReceiver() throws IOException {
    Measurement start = measured(fit("soft_labels", FROM, 0));
    Measurement trained = measured(fit("soft_labels", FROM, 4));
    assertThat(Cells.number(trained, "vanilla_kl_divergence"))
        .isLessThan(0.9 * Cells.number(start, "vanilla_kl_divergence"));
  }

  @Test
  void softLabels_trainLoss_isTheDivergencePlusTheReceiversEntropy() throws IOException {
    Path start = fit("soft_labels", FROM, 0);
    Path trained = fit("soft_labels", FROM, 4);
    double entropy = least(start) - Cells.number(measured(start), "vanilla_kl_divergence");
    assertThat(least(trained))
        .isEqualTo(
            entropy + Cells.number(measured(trained), "vanilla_kl_divergence"), within(1e-5));
    assertThat(entropy).isBetween(0., Math.log(10));
  }

  /** Which is 1 - R² at the later cuts, as the comparison measures it on the same examples. */
  @Test
  void later_trainLoss_isTheDrift() throws IOException {
    Path start = fit("later", FROM, 0);
    Path trained = fit("later", FROM, 4);
    for (Path outputs : List.of(start, trained)) {
      double drift = drift(measured(outputs));
      assertThat(least(outputs)).isEqualTo(drift, within(1e-4 * drift));
    }
    assertThat(least(trained)).isLessThan(0.9 * least(start));
  }

  @Test
  void penultimate_ofAResNet_bringsTheLastCutNearer() throws IOException {
    Path start = fit("penultimate", FROM, 0);
    Path trained = fit("penultimate", FROM, 4);
    assertThat(least(trained)).isLessThan(0.9 * least(start));
    assertThat(Cells.number(measured(trained), "vanilla_r2_at_last_cut"))
        .isGreaterThan(Cells.number(measured(start), "vanilla_r2_at_last_cut"));
  }

  /** After enough steps each is best at what it is trained for. */
  @Test
  void objectives_ofOneCell_giveStitchesOfTheirOwn() throws IOException {
    StitchRecipe recipe = recipe(40).toBuilder().setLearningRate(0.1).build();
    Path later = fit("later", recipe);
    Path soft = fit("soft_labels", recipe);
    assertThat(drift(measured(later))).isLessThan(drift(measured(soft)));
    assertThat(Cells.number(measured(soft), "vanilla_kl_divergence"))
        .isLessThan(Cells.number(measured(later), "vanilla_kl_divergence"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soft_labels", "later", "penultimate"})
  void stitch_trainedBesideAnother_hasTheBitsOfOneTrainedAlone(String objective)
      throws IOException {
    List<Path> together =
        bench.executeAll(
            new FitVanillaStitchExecutor(),
            List.of(run(objective, "layer4.0", 2), run(objective, FROM, 2)));
    assertThat(together.get(1).resolve("stitch"))
        .hasSameBinaryContentAs(fit(objective, FROM, 2).resolve("stitch"));
    assertThat(together.get(0).resolve("stitch"))
        .hasSameBinaryContentAs(fit(objective, "layer4.0", 2).resolve("stitch"));
  }

  @Test
  void later_withPatience_keepsTheEpochOfTheLowestDriftOnWatchedExamples() throws IOException {
    StitchRecipe recipe = recipe(4).toBuilder().setPatience(4).build();
    Bench.Run plain = run("later", FROM, 4);
    Action.Builder action = plain.action().toBuilder();
    action.getFitVanillaStitchBuilder().setRecipe(recipe);
    action.clearInput();
    Path outputs =
        bench.execute(
            new FitVanillaStitchExecutor(),
            bench.stage(
                action,
                "sender",
                cells.sender().train(FROM),
                "network",
                cells.receiver().network(),
                "receiver",
                cells.receiver().train(TO),
                "sender.validation",
                cells.sender().test(FROM),
                "receiver.validation",
                cells.receiver().test(TO)));
    List<Double> losses = curve(outputs).getDecisiveList();
    assertThat(Collections.min(losses)).isLessThan(losses.get(0));
  }

  private Measurement measured(Path outputs) throws IOException {
    Path stitch = outputs.resolve("stitch");
    return cells.compare(FROM, TO, stitch, stitch).getTrain();
  }

  private static double drift(Measurement train) {
    return MeasuredValues.of(train).series("vanilla_later_r2").values().stream()
        .mapToDouble(r2 -> 1 - r2)
        .sum();
  }

  /** The train loss of the stitch that was kept. */
  private static double least(Path outputs) throws IOException {
    return Collections.min(curve(outputs).getDecisiveList());
  }

  private static TrainingCurve curve(Path outputs) throws IOException {
    return TrainingCurve.parseFrom(Files.readAllBytes(outputs.resolve("training")));
  }

  private Path fit(String objective, String from, int epochs) throws IOException {
    return bench.execute(new FitVanillaStitchExecutor(), run(objective, from, epochs));
  }

  private Path fit(String objective, StitchRecipe recipe) throws IOException {
    return bench.execute(new FitVanillaStitchExecutor(), run(objective, FROM, recipe));
  }

  private static StitchRecipe recipe(int epochs) {
    return Cells.RECIPE.toBuilder().setEpochs(epochs).setBatchSize(16).setWeightDecay(0).build();
  }

  private Bench.Run run(String objective, String from, int epochs) throws IOException {
    return run(objective, from, recipe(epochs));
  }

  /** From a random start. */
  private Bench.Run run(String objective, String from, StitchRecipe recipe) throws IOException {
    Action.Builder action = cells.vanilla(from, TO).action().toBuilder().clearInput();
    action.getFitVanillaStitchBuilder().setObjective(objective).setRecipe(recipe);
    return bench.stage(
        action,
        "sender",
        cells.sender().train(from),
        "network",
        cells.receiver().network(),
        "receiver",
        cells.receiver().train(TO));
  }
}
