package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Stitches between the vanilla stitch and the copy, and what they show of a cell. */
class FrontTest extends BetweenTwoNetworks {
  private static final StitchRecipe RECIPE =
      Cells.RECIPE.toBuilder()
          .setEpochs(6)
          .setLearningRate(0.1)
          .setWeightDecay(0)
          .setWhiten(true)
          .build();
  private static final String FROM = "layer1.0";
  private static final String TO = "layer2.0";

  @Test
  void matchingLoss_everyFamilyWhitenedOrNot_isTheErrorOverTheVariance() throws IOException {
    for (String from : List.of("stem", "layer2.0", "layer4.0")) {
      CutPoint cut = new CutPoint(from, Cells.shape(cells.sender().train(from)));
      CutPoint to = new CutPoint(TO, Cells.shape(cells.receiver().train(TO)));
      Stitch stitch = Stitch.between(cut, to);
      Moments moments = SplitMoments.read(stitch, gram(from, stitch), cross(from)).fit();
      Whitening whitening = Whitening.read(cut, gramOfChannels(from));
      try (Lane lane = Lane.open();
          FrozenStitch start = FrozenStitch.random(lane, stitch, 1);
          TrainableStitch plain = TrainableStitch.plain(lane, start);
          TrainableStitch whitened = TrainableStitch.whitened(lane, start, whitening);
          MatchingLoss ofPlain = MatchingLoss.of(lane, 3, moments, null);
          MatchingLoss ofWhitened = MatchingLoss.of(lane, 3, moments, whitening)) {
        Path saved = directory.resolve("start-" + from);
        start.save(saved);
        Comparison streamed = cells.compare(from, TO, saved, saved);
        double expected = 3 * (1 - Cells.number(streamed.getTrain(), "r2_vanilla"));
        for (double value :
            List.of(
                ofPlain.valueOf(Affine.of(start)),
                HostArray.number(ofPlain.of(plain)),
                HostArray.number(ofWhitened.of(whitened)))) {
          assertThat(value).as(from).isEqualTo(expected, within(1e-4 * expected));
        }
      }
    }
  }

  @Test
  void front_growingWeight_matchesMoreAndMore() throws IOException {
    List<Double> weights = List.of(0.01, 1., 100.);
    Comparison comparison = compare(weights);
    Map<String, Double> r2 = MeasuredValues.of(comparison.getTest()).series("front_r2");
    assertThat(r2.keySet()).containsExactly("0", "0.01", "1", "100", "copy");
    List<Double> along = new ArrayList<>(r2.values());
    assertThat(along.get(3)).isEqualTo(along.get(4), within(0.02));
    assertThat(along.get(1)).isLessThan(along.get(2));
    assertThat(along.get(2)).isLessThan(along.get(3));
    assertThat(r2.get("0")).isEqualTo(Cells.number(comparison.getTest(), "r2_vanilla"));
    assertThat(r2.get("copy")).isEqualTo(Cells.number(comparison.getTest(), "r2_copy"));
  }

  @Test
  void front_keepsTheEpochOfTheLowestObjective() throws IOException {
    Path outputs = fit(1);
    List<Double> losses =
        TrainingCurve.parseFrom(Files.readAllBytes(outputs.resolve("training"))).getDecisiveList();
    Path stitch = outputs.resolve("stitch");
    Measurement train = cells.compare(FROM, TO, stitch, stitch).getTrain();
    double kept =
        Cells.number(train, "vanilla_cross_entropy") + 1 - Cells.number(train, "r2_vanilla");
    assertThat(kept).isEqualTo(Collections.min(losses), within(1e-4 * kept));
  }

  @Test
  void measures_areThoseOfTheStitchesThatValidationExamplesChoose() throws IOException {
    Comparison comparison = compare(List.of(0.01, 0.1, 1., 10.));
    MeasuredValues seen = MeasuredValues.of(comparison.getValidation());
    MeasuredValues test = MeasuredValues.of(comparison.getTest());
    Map<String, Double> loss = seen.series("front_cross_entropy");
    Map<String, Double> matched = seen.series("front_r2");
    Map<String, Double> r2 = test.series("front_r2");
    Map<String, Double> accuracy = test.series("front_accuracy");
    String nearest = "0";
    String best = "0";
    String matching = "copy";
    for (String name : loss.keySet()) {
      boolean asGood = at(loss, name) <= at(loss, "0");
      nearest = asGood && at(matched, name) > at(matched, nearest) ? name : nearest;
      best = at(loss, name) < at(loss, best) ? name : best;
      boolean matches = at(matched, name) >= 0.9 * at(matched, "copy");
      matching = matches && at(loss, name) < at(loss, matching) ? name : matching;
    }
    assertThat(test.number("match_at_equal_loss"))
        .isEqualTo(at(r2, nearest) / at(r2, "copy"), within(1e-12));
    double cost = at(accuracy, best) - at(accuracy, matching);
    assertThat(test.number("cost_of_matching")).isEqualTo(cost, within(1e-12));
    assertThat(test.number("cost_of_matching_low")).isLessThanOrEqualTo(cost);
    assertThat(test.number("cost_of_matching_high")).isGreaterThanOrEqualTo(cost);
    assertThat(test.number("matching_r2_share"))
        .isEqualTo(at(r2, matching) / at(r2, "copy"), within(1e-12));
    double least = 0.8 * number(test, "receiver_accuracy") + 0.2 * majority();
    assertThat(test.number("works_margin")).isEqualTo(at(accuracy, best) - least, within(1e-12));
    for (String name : List.of("match_at_equal_loss", "matching_r2_share", "works_margin")) {
      assertThat(number(test, name))
          .as(name)
          .isBetween(number(test, name + "_low"), number(test, name + "_high"));
    }
    assertThat(at(r2, "copy")).isBetween(number(test, "r2_copy_low"), number(test, "r2_copy_high"));
    // About two standard errors of the best point's accuracy on either side
    double width = number(test, "works_margin_high") - number(test, "works_margin_low");
    assertThat(width).isBetween(0.01, 6 / Math.sqrt((double) test.examples()));
    double highest = Collections.max(accuracy.values()) - least;
    assertThat(number(test, "works_margin_limit"))
        .isGreaterThanOrEqualTo(number(test, "works_margin_high"))
        .isGreaterThan(highest);
    assertThat(MeasuredValues.of(comparison.getTrain()).number("match_at_equal_loss")).isNull();
    assertThat(seen.number("match_at_equal_loss")).as("chosen there").isNull();
  }

  @Test
  void cost_ofOneStitchThatIsBoth_isZeroWithoutAnInterval() throws IOException {
    Path copy = cells.copy(FROM, TO);
    Measurement test = cells.compare(FROM, TO, copy, copy).getTest();
    assertThat(Cells.number(test, "match_at_equal_loss")).isEqualTo(1);
    for (String cost :
        List.of("cost_of_matching", "cost_of_matching_low", "cost_of_matching_high")) {
      assertThat(Cells.number(test, cost)).isZero();
    }
  }

  private static double number(MeasuredValues values, String quantity) {
    return Objects.requireNonNull(values.number(quantity), quantity);
  }

  /** The share of the most frequent class among the test labels. */
  private double majority() throws IOException {
    try (TensorFile file = TensorFile.open(cells.receiver().test(TO))) {
      int[] counts = new int[10];
      for (int row = 0; row < file.rows(); row++) {
        counts[file.label(row)]++;
      }
      return (double) Arrays.stream(counts).max().orElseThrow() / file.rows();
    }
  }

  private static double at(Map<String, Double> series, String name) {
    return Objects.requireNonNull(series.get(name), name);
  }

  private Comparison compare(List<Double> weights) throws IOException {
    List<Path> front = new ArrayList<>();
    for (double weight : weights) {
      front.add(fit(weight).resolve("stitch"));
    }
    Path vanilla = fit(0).resolve("stitch");
    Bench.Run plain = cells.comparison(FROM, TO, vanilla, cells.copy(FROM, TO));
    Action.Builder action = plain.action().toBuilder();
    CompareStitches.Builder parameters = action.getCompareStitchesBuilder().addAllFront(weights);
    action.setCompareStitches(parameters).clearInput();
    List<Object> inputs = new ArrayList<>();
    plain
        .action()
        .getInputList()
        .forEach(
            input -> {
              inputs.add(input.getRole());
              inputs.add(plain.input(input.getRole()));
            });
    for (int i = 0; i < front.size(); i++) {
      inputs.add("front." + i);
      inputs.add(front.get(i));
    }
    Path outputs =
        bench.execute(new CompareStitchesExecutor(), bench.stage(action, inputs.toArray()));
    return Comparison.parseFrom(Files.readAllBytes(outputs.resolve("comparison")));
  }

  private Path fit(double weight) throws IOException {
    CutPoint cut = new CutPoint(FROM, Cells.shape(cells.sender().train(FROM)));
    CutPoint to = new CutPoint(TO, Cells.shape(cells.receiver().train(TO)));
    Stitch stitch = Stitch.between(cut, to);
    FitVanillaStitch parameters =
        FitVanillaStitch.newBuilder()
            .setSenderCut(FROM)
            .setReceiverCut(TO)
            .setFamily(stitch.family().name())
            .setObjective("task")
            .setRecipe(RECIPE)
            .setInitialization(Initialization.COPY)
            .setMatching(weight)
            .setSeed(3)
            .build();
    return bench.execute(
        new FitVanillaStitchExecutor(),
        bench.stage(
            Action.newBuilder().setFitVanillaStitch(parameters),
            "sender",
            cells.sender().train(FROM),
            "network",
            cells.receiver().network(),
            "start",
            cells.copy(FROM, TO),
            "sender.gram",
            gramOfChannels(FROM),
            "gram",
            gram(FROM, stitch),
            "cross",
            cross(FROM)));
  }

  private Path gram(String from, Stitch stitch) throws IOException {
    return bench.execute(new CollectGramExecutor(), cells.gram(from, stitch)).resolve("moments");
  }

  private Path gramOfChannels(String from) throws IOException {
    return bench
        .execute(new CollectGramExecutor(), cells.gram(from, List.of(1, 1)))
        .resolve("moments");
  }

  private Path cross(String from) throws IOException {
    return bench
        .execute(new CollectCrossMomentsExecutor(), cells.cross(from, TO))
        .resolve("moments");
  }
}
