package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Several starts of a vanilla stitch: which is kept, and what is measured of all. */
class SeveralStartsTest extends BetweenTwoNetworks {
  private static final String FROM = "layer1.0";
  private static final String TO = "layer2.0";

  private Path copy = directory;

  @BeforeAll
  void fitCopy() throws IOException {
    copy = cells.copy(FROM, TO);
  }

  @Test
  void starts_trainedTogether_haveTheBytesOfEachAlone() throws IOException {
    List<Initialization> starts = List.of(Initialization.KAIMING, Initialization.COPY);
    List<Bench.Run> runs = new ArrayList<>();
    for (Initialization start : starts) {
      runs.add(run(start));
    }
    List<Path> together = bench.executeAll(new FitVanillaStitchExecutor(), runs);
    for (int i = 0; i < starts.size(); i++) {
      Path alone = bench.execute(new FitVanillaStitchExecutor(), run(starts.get(i)));
      for (String output : List.of("stitch", "training")) {
        assertThat(together.get(i).resolve(output)).hasSameBinaryContentAs(alone.resolve(output));
      }
    }
  }

  @Test
  void comparison_ofTwoStarts_isOfTheOneWithTheLowerTrainLoss() throws IOException {
    Path kaiming = fit(Initialization.KAIMING);
    Path fromCopy = fit(Initialization.COPY);
    double lossOfKaiming = least(kaiming);
    double lossOfCopy = least(fromCopy);
    Path better = lossOfKaiming < lossOfCopy ? kaiming : fromCopy;
    Measurement both =
        compare(List.of(Initialization.KAIMING, Initialization.COPY), List.of(kaiming, fromCopy))
            .getTrain();
    Measurement alone = cells.compare(FROM, TO, better.resolve("stitch"), copy).getTrain();
    MeasuredValues ofBoth = MeasuredValues.of(both);
    MeasuredValues.of(alone)
        .numbers()
        .forEach((name, number) -> assertThat(ofBoth.number(name)).as(name).isEqualTo(number));
    assertThat(ofBoth.series("start_loss"))
        .isEqualTo(Map.of("kaiming", lossOfKaiming, "copy", lossOfCopy));
    assertThat(MeasuredValues.of(alone).series("start_loss")).isEmpty();
  }

  @Test
  void comparison_seriesByStart_areTheNumbersOfEachStitchAlone() throws IOException {
    Path kaiming = fit(Initialization.KAIMING);
    Path fromCopy = fit(Initialization.COPY);
    Comparison both =
        compare(List.of(Initialization.COPY, Initialization.KAIMING), List.of(fromCopy, kaiming));
    for (Path outputs : List.of(fromCopy, kaiming)) {
      String name = outputs.equals(kaiming) ? "kaiming" : "copy";
      Comparison alone = cells.compare(FROM, TO, outputs.resolve("stitch"), copy);
      check(both.getTrain(), alone.getTrain(), name);
      check(both.getValidation(), alone.getValidation(), name);
      check(both.getTest(), alone.getTest(), name);
      double trained = least(outputs);
      assertThat(at(both.getTrain(), "start_cross_entropy", name))
          .isEqualTo(trained, within(1e-6 * trained));
    }
    assertThat(MeasuredValues.of(both.getTest()).series("start_r2").keySet())
        .containsExactly("copy", "kaiming");
  }

  private static void check(Measurement both, Measurement alone, String start) {
    assertThat(at(both, "start_cross_entropy", start))
        .isEqualTo(Cells.number(alone, "vanilla_cross_entropy"));
    assertThat(at(both, "start_accuracy", start))
        .isEqualTo(Cells.number(alone, "vanilla_accuracy"));
    double r2 = Cells.number(alone, "r2_vanilla");
    assertThat(at(both, "start_r2", start)).isEqualTo(r2, within(1e-12 * (1 + Math.abs(r2))));
  }

  @Test
  void comparison_equalLosses_keepsTheFirst() throws IOException {
    Path kaiming = fit(Initialization.KAIMING);
    Path fromCopy = fit(Initialization.COPY);
    Path equal = Files.createDirectory(directory.resolve("equal"));
    Files.copy(fromCopy.resolve("stitch"), equal.resolve("stitch"));
    Files.copy(kaiming.resolve("training"), equal.resolve("training"));
    List<Initialization> starts = List.of(Initialization.MEAN, Initialization.KAIMING);
    for (List<Path> order : List.of(List.of(equal, kaiming), List.of(kaiming, equal))) {
      assertThat(Cells.number(compare(starts, order).getTest(), "vanilla_cross_entropy"))
          .isEqualTo(
              Cells.number(
                  cells.compare(FROM, TO, order.get(0).resolve("stitch"), copy).getTest(),
                  "vanilla_cross_entropy"));
    }
  }

  private Comparison compare(List<Initialization> starts, List<Path> fitted) throws IOException {
    Bench.Run one = cells.comparison(FROM, TO, fitted.get(0).resolve("stitch"), copy);
    List<Object> inputs = new ArrayList<>();
    for (int i = 0; i < fitted.size(); i++) {
      inputs.addAll(
          Arrays.asList(
              "vanilla." + i,
              fitted.get(i).resolve("stitch"),
              "training." + i,
              fitted.get(i).resolve("training")));
    }
    one.inputs()
        .forEach(
            (role, file) -> {
              if (!role.equals("vanilla")) {
                inputs.addAll(Arrays.asList(role, file));
              }
            });
    Action.Builder action = one.action().toBuilder().clearInput();
    action.getCompareStitchesBuilder().addAllStart(starts);
    Path outputs =
        bench.execute(new CompareStitchesExecutor(), bench.stage(action, inputs.toArray()));
    return Comparison.parseFrom(Files.readAllBytes(outputs.resolve("comparison")));
  }

  private static double at(Measurement measurement, String series, String start) {
    return MeasuredValues.of(measurement).series(series).getOrDefault(start, Double.NaN);
  }

  private Path fit(Initialization start) throws IOException {
    return bench.execute(new FitVanillaStitchExecutor(), run(start));
  }

  private Bench.Run run(Initialization start) throws IOException {
    return start == Initialization.COPY ? cells.vanilla(FROM, TO, copy) : cells.vanilla(FROM, TO);
  }

  /** The loss of the stitch that was kept. */
  private static double least(Path outputs) throws IOException {
    return Collections.min(
        TrainingCurve.parseFrom(Files.readAllBytes(outputs.resolve("training"))).getDecisiveList());
  }
}
