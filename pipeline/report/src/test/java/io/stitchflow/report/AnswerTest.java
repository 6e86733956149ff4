package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.Measured;
import io.stitchflow.report.cells.NetworkRow;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Region;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.VanillaSettings;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cells by hand; the receiver has 0.9 of 1000 examples, chance is 0.1 and the variance is 1. A
 * matching stitch works as well, unless a cell says otherwise.
 */
final class AnswerTest {
  private static final List<String> CUTS = List.of("stem", "layer1.0", "layer2.0");
  private static final ReportNetwork A = Fixtures.network("a", 1, false, 1, 1);
  private static final ReportNetwork B = Fixtures.network("b", 2, false, 1, 1);
  private static final ReportNetwork TWIN = Fixtures.network("twin", 2, false, 1, 1);
  private static final VanillaSettings SETTINGS =
      VanillaSettings.newBuilder()
          .addInitialization(Initialization.KAIMING)
          .setRecipe(StitchRecipe.newBuilder().setEpochs(6))
          .build();

  private static final ReportNetwork DEEP = Fixtures.network("deep", 1, false, 1, 1, 1, 1);
  private static final ReportNetwork DEEPER = Fixtures.network("deeper", 2, false, 1, 1, 1, 1);

  private static final Consumer<Measured> NOTHING = AnswerTest::letNothingWork;
  private static final Consumer<Measured> AS_WELL = AnswerTest::leaveAsItIs;
  private static final Consumer<Measured> COSTS = interval("cost_of_matching", 0.05, 0.01);

  @TempDir Path directory;
  private final List<Cell> cells = new ArrayList<>();

  @Test
  void answer_seedPair_countsVerdictsByRegion() {
    add("b", 0, 0, 1, 0.9, AS_WELL);
    add("b", 1, 0, 1, 0.9, COSTS);
    add("b", 2, 0, 1, 0.8, COSTS);
    add("b", 2, 1, 1, 0.2, NOTHING);
    add("b", 0, 2, 1, 0.2, NOTHING);
    Answer answer = answer();
    assertThat(answer.rows())
        .extracting(Answer.Row::region)
        .containsExactly(Region.LOWER, Region.DIAGONAL, Region.UPPER);
    assertThat(answer.rows()).extracting(Answer.Row::kind).containsOnly(Pair.Kind.SEED);
    assertThat(answer.rows())
        .extracting(Answer.Row::verdict)
        .containsExactly(
            "matching costs points in 2 of 3 cells, nothing of this family works, as far as tested"
                + " in 1",
            "a matching stitch works as well in 1 of 1 cell",
            "nothing of this family works, as far as tested in 1 of 1 cell");
    assertThat(Headline.of(answer, SETTINGS))
        .isEqualTo(
            "Not answered: too few cells can be judged.\nTwo different trained networks; vanilla"
                + " stitches trained for the task from a random start for 6 epochs; copies by least"
                + " squares.\nLower (the sender's cut is deeper): too few cells (3 of 3 cells judged, at least 5 needed)."
                + "\nDiagonal (equal depth): too few cells (1 of 1 cell judged, at least 5 needed)."
                + "\nUpper (the receiver's cut is deeper): too few cells (1 of 1 cell judged, at least 5 needed)."
                + "\nNot judged: 0 of 5 cells: too close to call in 0, not converged in 0,"
                + " receiver no better than the majority class in 0.");
    assertThat(text(answer))
        .startsWith("Can a stitch that works match the representation?\nNot answered: ")
        .contains("The task loss does not identify the stitch")
        .contains(
            "seed pair, trained_trained, diagonal: mean accuracy 0.900, median R^2 0.950 (copy"
                + " 0.950); a matching stitch works as well");
  }

  /** Ten cells below the diagonal of a pair with five cuts. */
  @Test
  void headline_enoughCells_hasSharesAndCostsWithIntervals() {
    lower(5, 3, 1);
    // Wilson: 5 of 9, 3 of 9 and 1 of 9. The costs are 0.04, 0.05 and 0.06
    assertThat(Headline.of(answer(), SETTINGS))
        .contains(
            "Lower (the sender's cut is deeper): of 9 judged cells of 10, a matching stitch works as well in 5 (56 % [27 to"
                + " 81]), matching costs points in 3 (33 % [12 to 65]; median 5.0 points [")
        .contains("nothing of this family works, as far as tested in 1 (11 % [2 to 43]).")
        .doesNotContain("Diagonal", "Upper", "can match")
        .contains(
            "Brackets: 95 % intervals over cells, of shares by Wilson, of points also over test"
                + " images; network seeds are not in them, which needs 3 seeds of each network.")
        .endsWith(
            "Not judged: 1 of 10 cells: too close to call in 1, not converged in 0, receiver no"
                + " better than the majority class in 0.");
  }

  /** So many cells of each verdict, and one too close to call. */
  private void lower(int asWell, int costs, int nothing) {
    int cell = 0;
    for (int i = 1; i < DEEP.getCutCount(); i++) {
      for (int j = 0; j < i; j++) {
        Measured measured = measurement(0.9, 0.3);
        if (cell < asWell) {
          AS_WELL.accept(measured);
        } else if (cell < asWell + costs) {
          interval("cost_of_matching", 0.01 * (cell - asWell + 4), 0.001).accept(measured);
        } else if (cell < asWell + costs + nothing) {
          NOTHING.accept(measured);
        } else {
          interval("cost_of_matching", 0.02, 0.03).accept(measured);
        }
        ReportCell place =
            Fixtures.place(
                Condition.TRAINED_TRAINED, "deep", DEEP.getCut(i), "deeper", DEEP.getCut(j));
        add(place, measured.build());
        cell++;
      }
    }
  }

  @Test
  void answer_selfPair_standsApartAndIsNotInTheHeadline() {
    add("b", 0, 0, 1, 0.9, COSTS);
    add("a", 0, 0, 1, 0.9, AS_WELL);
    Answer answer = answer();
    assertThat(answer.rows())
        .extracting(Answer.Row::kind)
        .containsExactly(Pair.Kind.SELF, Pair.Kind.SEED);
    assertThat(Headline.of(answer, SETTINGS)).contains("(1 of 1 cell judged, ");
  }

  @Test
  void answer_importedTwinWithEqualWeights_isASelfPairAndNotInTheHeadline() {
    add("b", 0, 0, 1, 0.9, COSTS);
    ReportNetwork imported = B.toBuilder().setImported(true).build();
    NetworkRow a = Fixtures.row(A);
    NetworkRow twin =
        NetworkRow.of(imported, Fixtures.curve(0.9), a.digest(), "", Fixtures.TEN_CLASSES);
    Answer answer = answer(List.of(a, twin));
    assertThat(answer.rows()).extracting(Answer.Row::kind).containsExactly(Pair.Kind.SELF);
    assertThat(Headline.of(answer, SETTINGS))
        .isEqualTo("Not answered: no cells of two different trained networks.");
  }

  @Test
  void answer_pairsThatDifferInNamesOnly_countOnceAndSayingSo() throws IOException {
    add("b", 0, 0, 1, 0.9, COSTS);
    add("b", 2, 0, 1, 0.2, NOTHING);
    for (Cell row : List.copyOf(cells)) {
      ReportCell ofTwin = row.place().toBuilder().setReceiver("twin").build();
      cells.add(new Cell(ofTwin, row.split(), row.values(), row.comparison(), row.shared()));
    }
    Answer answer = answer(twin(Fixtures.row(B).digest()));
    assertThat(Headline.of(answer, SETTINGS)).contains("Not judged: 0 of 2 cells:");
    assertThat(answer.rows())
        .extracting(Answer.Row::verdict)
        .containsExactly(
            "nothing of this family works, as far as tested in 1 of 1 cell",
            "matching costs points in 1 of 1 cell");
    assertThat(csv(answer, false).get(1)).startsWith("seed,trained_trained,lower,1,1,");
    assertThat(Headline.notes(answer, List.of()))
        .contains(
            "Networks with equal weights: b and twin. Cells that differ only in these names are"
                + " counted once.");

    Answer different = answer(twin("another"));
    assertThat(Headline.of(different, SETTINGS)).contains("Not judged: 0 of 4 cells:");
    assertThat(Headline.notes(different, List.of())).noneMatch(note -> note.contains("equal"));
  }

  /** Rows of a, b and of b under another name with weights of this digest. */
  private static List<NetworkRow> twin(String digest) {
    return List.of(
        Fixtures.row(A),
        Fixtures.row(B),
        NetworkRow.of(TWIN, Fixtures.curve(0.9), digest, "", Fixtures.TEN_CLASSES));
  }

  @Test
  void answer_equalNetworksInNoRepeatedPair_areNotMentioned() {
    add("twin", 0, 0, 1, 0.9, COSTS);
    Answer answer = answer(twin(Fixtures.row(B).digest()));
    assertThat(answer.equalNetworks()).isEmpty();
  }

  @Test
  void answer_twoSolvers_judgesByTheBestCopy() {
    // Least squares reaches an R² of 0.8, SGD 0.4
    Measured best = measurement(0.9, 0.6).put("es", 0.2);
    Measured other = measurement(0.9, 0.6).put("es", 0.6);
    COSTS.accept(best);
    add(place("b", 0, 0, 1, CopySolver.SGD), other.build());
    add(place("b", 0, 0, 1, CopySolver.LEAST_SQUARES), best.build());
    // Least squares reaches -0.7 on test examples, SGD 0.4
    Measured overfits = measurement(0.9, 0.6).put("es", 1.7);
    interval("r2_copy", -0.7, 0.1).accept(overfits);
    add(place("b", 1, 1, 1, CopySolver.LEAST_SQUARES), overfits.build());
    add(place("b", 1, 1, 1, CopySolver.SGD), other.build());
    Answer answer = answer();
    assertThat(answer.rows().get(0).verdict())
        .isEqualTo("a matching stitch works as well in 1 of 2 cells, matching costs points in 1");
    assertThat(answer.rows().get(0).of(Metrics.quantity("r2_copy")).value())
        .isEqualTo(0.6, within(1e-12)); // of 0.8 and 0.4
    assertThat(Headline.of(answer, SETTINGS)).contains("copies by least squares and SGD.");
  }

  @Test
  void answer_noCopyMatches_saysNoMoreThanWhatWasTested() {
    add("b", 0, 0, 1, 0.9, interval("r2_copy", 0.05, 0.01));
    assertThat(answer().rows().get(0).verdict())
        .isEqualTo("works, but nothing of this family can match, as far as tested in 1 of 1 cell");
  }

  @Test
  void answer_frontNotMeasured_hasNoVerdict() {
    Measurement bare =
        Measured.on(1000)
            .errors(0.05, 0.05, 1)
            .network("vanilla", Fixtures.evaluation(0.9, 1000))
            .network("receiver", Fixtures.evaluation(0.9, 1000))
            .build();
    add(place("b", 0, 0, 1, CopySolver.LEAST_SQUARES), bare);
    assertThat(answer().rows().get(0).verdict()).isEqualTo("not measured in 1 of 1 cell");
    assertThat(Headline.of(answer(), SETTINGS))
        .endsWith(", not measured in 1 (a verdict needs the metric front).");
  }

  @Test
  void answer_notConvergedCell_isJudgedByNothing() {
    add("b", 0, 0, 1, 0.9, AS_WELL);
    add("b", 1, 1, 1, 0.9, COSTS);
    cells.replaceAll(
        cell ->
            cell.place().getSenderCut().equals("layer1.0")
                ? cell.with(new Shared(0.01, null))
                : cell);
    Answer answer = answer();
    assertThat(answer.rows().get(0).verdict())
        .isEqualTo("a matching stitch works as well in 1 of 2 cells, not converged in 1");
    assertThat(Headline.of(answer, SETTINGS))
        .contains("Not judged: 1 of 2 cells: ", "not converged in 1");
  }

  @Test
  void answer_oneSeedNotConverged_isNotConverged() {
    add("b", 0, 0, 1, 0.9, AS_WELL);
    add("b", 0, 0, 2, 0.9, AS_WELL);
    cells.set(1, cells.get(1).with(new Shared(1e-3, null)));
    assertThat(answer().rows().get(0).verdict()).isEqualTo("not converged in 1 of 1 cell");
  }

  @Test
  void answer_seedsWithUnlikeVerdicts_isTooCloseToCall() {
    add("b", 0, 0, 1, 0.9, AS_WELL);
    add("b", 0, 0, 2, 0.9, COSTS);
    assertThat(answer().rows().get(0).verdict()).isEqualTo("too close to call in 1 of 1 cell");
  }

  @Test
  void answer_receiverAtChance_isReportedBesideTheHeadline() {
    Measurement measured =
        measurement(0.12, 0.5).network("receiver", Fixtures.evaluation(0.12, 1000)).build();
    add(place("b", 0, 0, 1, CopySolver.LEAST_SQUARES), measured);
    NetworkRow atChance = NetworkRow.of(B, Fixtures.curve(0.1), "b's", "", Fixtures.TEN_CLASSES);
    Answer answer = answer(List.of(Fixtures.row(A), atChance));
    assertThat(Headline.of(answer, SETTINGS))
        .startsWith("Not answered: too few cells can be judged.")
        .endsWith("receiver no better than the majority class in 1.");
    assertThat(Headline.notes(answer, List.of(Fixtures.row(A), atChance)))
        .contains(
            "Test accuracy not clearly above chance, 0.100: b (0.100). Cells with one of them as receiver have no"
                + " verdict.");
  }

  @Test
  void answer_overfittedCopies_areCountedWithTheirR2() {
    add("b", 0, 0, 1, 0.9, AS_WELL);
    add("b", 1, 1, 1, 0.9, AS_WELL);
    cells.set(0, cells.get(0).with(new Shared(-1., 0.04)));
    cells.set(1, cells.get(1).with(new Shared(-1., 0.025)));
    assertThat(Headline.notes(answer(), List.of())).noneMatch(note -> note.contains("overfits"));
    cells.set(1, cells.get(1).with(new Shared(-1., 0.125)));
    assertThat(Headline.notes(answer(), List.of()))
        .contains(
            "The best copy overfits in 1 cell of all conditions: median R² 1.075 on train, 0.950 on"
                + " test examples.");
  }

  @Test
  void answer_belowThreeSeeds_warnsAndHasNoInterval() throws IOException {
    add("b", 0, 0, 1, 0.9, COSTS);
    add("b", 0, 0, 2, 0.8, COSTS);
    Answer answer = answer();
    Answer.Row row = answer.rows().get(0);
    assertThat(row.seeds()).isEqualTo(2);
    assertThat(row.verdict()).isEqualTo("matching costs points in 1 of 1 cell");
    assertThat(Headline.notes(answer, List.of())).anyMatch(note -> note.startsWith("Warning: 2 "));
    List<String> lines = csv(answer, false);
    assertThat(lines.get(1)).startsWith("seed,trained_trained,diagonal,1,2,0.8500000000000001,,,");
    assertThat(text(answer)).contains("Warning: 2 stitch seeds, too few for an interval");
  }

  @Test
  void answer_threeSeeds_hasAnIntervalWithinZeroAndOne() throws IOException {
    add("b", 0, 0, 1, 0.8, COSTS);
    add("b", 0, 0, 2, 0.9, COSTS);
    add("b", 0, 0, 3, 1.0, COSTS);
    List<String> lines = csv(answer(), false);
    assertThat(lines.get(0))
        .startsWith(
            "pair,condition,region,cells,seeds,vanilla_accuracy,vanilla_accuracy_from,"
                + "vanilla_accuracy_to,")
        .contains(",r2_vanilla_median,r2_vanilla_from,r2_vanilla_to,r2_vanilla_q1,r2_vanilla_q3,")
        .contains(",r2_vanilla_above_0,r2_vanilla_above_0_from,r2_vanilla_above_0_to,")
        .contains(",gap_median,", ",cells_not_converged,", ",cells_where_copy_overfits")
        .doesNotContain("published");
    // 0.9 and 4.303 * 0.1 / sqrt 3 around it
    assertThat(lines.get(1)).matches("seed,trained_trained,diagonal,1,3,0.9,0.651\\d+,1.0,.*");
    assertThat(Headline.notes(answer(), List.of())).noneMatch(note -> note.contains("Warning"));
  }

  /** Accuracies 0.9 and 0.8 of senders s1 and others, among three networks of one recipe. */
  @Test
  void answer_threeNetworkSeeds_hasIntervalsOverThem() throws IOException {
    List<ReportNetwork> networks = new ArrayList<>();
    for (int seed = 1; seed <= 3; seed++) {
      networks.add(Fixtures.network("s" + seed, seed, false, 1, 1));
    }
    for (ReportNetwork sender : networks) {
      for (ReportNetwork receiver : networks) {
        for (String cut : sender.equals(receiver) ? List.<String>of() : CUTS) {
          boolean first = sender.getSeed() == 1;
          Measured measured = measurement(first ? 0.9 : 0.8, 0.05);
          (first ? COSTS : AS_WELL).accept(measured);
          add(
              Fixtures.place(
                  Condition.TRAINED_TRAINED, sender.getName(), cut, receiver.getName(), cut),
              measured.build());
        }
      }
    }
    WriteReport report = WriteReport.newBuilder().addAllNetwork(networks).build();
    List<NetworkRow> rows = networks.stream().map(Fixtures::row).toList();
    Answer answer =
        Answer.of(new Results(report, new CellTable(cells), rows, Fixtures.TEN_CLASSES));
    // s1 sends in 0 to half of the pairs drawn: see CellResamplingTest
    assertThat(csv(answer, false).get(1))
        .startsWith("seed,trained_trained,diagonal,18,1,0.83")
        .matches("seed,.*,18,1,0\\.83\\d*,0\\.(8|79999\\d*),0\\.85\\d*,0\\.85,,,0\\.9,,,.*")
        .endsWith(",network_seeds");
    assertThat(Headline.of(answer, SETTINGS))
        .contains("works as well in 12 (67 % [50 to 100])", "points in 6 (33 % [0 to 50];")
        .contains("Brackets: 95 % bootstrap intervals over network seeds, of points also over");
    assertThat(Headline.notes(answer, List.of()))
        .contains(
            "In the table, brackets are 95 % intervals over network seeds where there are 3"
                + " of each network.");
  }

  @Test
  void answer_oneSeedOfManyCells_hasIntervalsOverThem() throws IOException {
    lower(5, 3, 1);
    Answer answer = answer();
    List<String> lines = csv(answer, false);
    assertThat(lines.get(1)).startsWith("seed,trained_trained,lower,10,1,").endsWith(",cells");
    // All ten cells have an R² above 0: Wilson's interval of 10 of 10
    assertThat(field(lines, "r2_vanilla_above_0_from")).isEqualTo(0.7225, within(1e-4));
    assertThat(field(lines, "r2_vanilla_above_0_to")).isEqualTo(1, within(1e-12));
    double from = field(lines, "cost_of_matching_from");
    double to = field(lines, "cost_of_matching_to");
    assertThat(field(lines, "cost_of_matching")).isStrictlyBetween(from, to);
    assertThat(text(answer)).matches("(?s).*lower: mean accuracy .*; a matching stitch works .*");
    assertThat(Headline.notes(answer, List.of()))
        .contains("In the table, brackets are 95 % intervals over cells.");
  }

  private static double field(List<String> csv, String column) {
    int index = List.of(csv.get(0).split(",", -1)).indexOf(column);
    return Double.parseDouble(csv.get(1).split(",", -1)[index]);
  }

  @Test
  void answer_publishedNumbers_standBesideComparableOnesOnly() throws IOException {
    add("b", 0, 0, 1, 0.9, COSTS);
    assertThat(csv(answer(), true).get(0)).contains(",published_vanilla_accuracy,");
    assertThat(AnswerTable.of(answer(), "", List.of(), false).hasPublished()).isFalse();
  }

  @Test
  void headline_otherStart_isNamed() {
    add("b", 0, 0, 1, 0.9, AS_WELL);
    VanillaSettings copyStart =
        SETTINGS.toBuilder()
            .addObjective("copy")
            .clearInitialization()
            .addInitialization(Initialization.COPY)
            .setRecipe(StitchRecipe.newBuilder().setEpochs(1))
            .build();
    assertThat(Headline.of(answer(), copyStart))
        .contains(
            "vanilla stitches trained for the objective 'copy' from the least-squares copy for 1 epoch; ");
  }

  @Test
  void headline_otherObjective_isNamed() {
    add("b", 0, 0, 1, 0.9, AS_WELL);
    VanillaSettings later = SETTINGS.toBuilder().addObjective("later").build();
    assertThat(Headline.of(answer(), later))
        .contains("vanilla stitches trained for the objective 'later' from a random start for ");
    assertThat(Headline.otherObjectives(later)).isEmpty();
    assertThat(Headline.otherObjectives(later.toBuilder().addObjective("task").build()))
        .containsExactly(
            "This report is of vanilla stitches trained for the objective 'later'; those for task are in cells.csv and in the page's table of objectives.");
  }

  @Test
  void headline_severalStarts_areNamed() {
    add("b", 0, 0, 1, 0.9, AS_WELL);
    VanillaSettings starts =
        SETTINGS.toBuilder()
            .addInitialization(Initialization.MEAN)
            .setRecipe(StitchRecipe.newBuilder().setEpochs(2))
            .build();
    assertThat(Headline.of(answer(), starts))
        .contains(
            "vanilla stitches trained for the task from the best of 2 starts (a random start, the mean of the expected representation) for 2 epochs; ");
  }

  @Test
  void answer_nothingMeasured_hasDashesAndNoNaN() throws IOException {
    add(
        place("b", 0, 0, 1, CopySolver.LEAST_SQUARES),
        Measurement.newBuilder().setExamples(1).build());
    Answer answer = answer();
    assertThat(Headline.of(answer, SETTINGS)).startsWith("Not answered: ");
    assertThat(text(answer))
        .contains("mean accuracy -, median R^2 - (copy -); not measured in 1 of 1 cell");
    assertThat(String.join("\n", csv(answer, true))).doesNotContain("NaN");
    assertThat(AnswerPlot.draw(answer)).doesNotContain("NaN");
  }

  private List<String> csv(Answer answer, boolean hasPublished) throws IOException {
    Path csv = directory.resolve("answer.csv");
    AnswerCsv.write(answer, hasPublished, csv);
    return Files.readAllLines(csv);
  }

  private static String text(Answer answer) {
    return AnswerTable.of(
            answer, Headline.of(answer, SETTINGS), Headline.notes(answer, List.of()), false)
        .text(answer);
  }

  private Answer answer() {
    return answer(Stream.of(A, B, DEEP, DEEPER).map(Fixtures::row).toList());
  }

  private Answer answer(List<NetworkRow> networks) {
    WriteReport report =
        WriteReport.newBuilder()
            .addNetwork(A)
            .addNetwork(B)
            .addNetwork(TWIN)
            .addNetwork(DEEP)
            .addNetwork(DEEPER)
            .build();
    return Answer.of(new Results(report, new CellTable(cells), networks, Fixtures.TEN_CLASSES));
  }

  private void add(
      String receiver, int i, int j, long seed, double accuracy, Consumer<Measured> verdict) {
    Measured measured = measurement(accuracy, 0.05);
    verdict.accept(measured);
    add(place(receiver, i, j, seed, CopySolver.LEAST_SQUARES), measured.build());
  }

  /** The receiver has an accuracy of 0.9, the copy an R² of 0.95. */
  @Test
  void front_twoCells_isDrawnFromTheReceiversAccuracyByRegion() {
    Consumer<Measured> front =
        measured ->
            measured
                .put("front_r2", series(0.475, 0.855, 0.95))
                .put("front_accuracy", series(0.9, 0.8, 0.6));
    add("b", 0, 0, 1, 0.9, front);
    add("b", 1, 0, 1, 0.9, front);
    assertThat(FrontPlot.draw(answer()))
        .contains(">lower, 1 cell<", ">diagonal, 1 cell<")
        .contains(">vanilla, λ = 0<", ">λ = 10<", ">copy<")
        .doesNotContain("upper")
        .contains(
            "vanilla, medians: R² share 0.500, accuracy 0 from the receiver's",
            "λ 10, medians: R² share 0.900, accuracy -0.100 from the receiver's",
            "copy, medians: R² share 1.000, accuracy -0.300 from the receiver's");
  }

  @Test
  void front_copyThatMatchesNothing_isLeftOut() {
    add(
        "b",
        0,
        0,
        1,
        0.9,
        measured ->
            measured
                .errors(0.99, 0.95, 1)
                .put("front_r2", series(0.01, 0.04, 0.05))
                .put("front_accuracy", series(0.9, 0.8, 0.6)));
    assertThat(FrontPlot.draw(answer())).isEmpty();
  }

  private static Map<String, Double> series(double task, double both, double copy) {
    Map<String, Double> series = new LinkedHashMap<>();
    series.put("0", task);
    series.put("10", both);
    series.put("copy", copy);
    return series;
  }

  /** A quantity with its interval. */
  private static Consumer<Measured> interval(String quantity, double middle, double half) {
    return measured ->
        measured
            .put(quantity, middle)
            .put(quantity + "_low", middle - half)
            .put(quantity + "_high", middle + half);
  }

  /** A test row of a stitch that has converged. */
  private void add(ReportCell place, Measurement test) {
    for (Cell row :
        CellTable.rows(
            place, Comparison.newBuilder().setTest(test).build(), Digest.of(new byte[0]))) {
      cells.add(row.with(new Shared(-1., 0.)));
    }
  }

  private static ReportCell place(String receiver, int i, int j, long seed, CopySolver solver) {
    return Fixtures.place(Condition.TRAINED_TRAINED, "a", CUTS.get(i), receiver, CUTS.get(j))
        .toBuilder()
        .setSeed(seed)
        .setCopySolver(solver)
        .build();
  }

  private static Measured measurement(double accuracy, double ev) {
    Measured measured =
        Measured.on(1000)
            .errors(ev, 0.05, 1)
            .put("r2_ceiling", 1)
            .put("works_margin_limit", 0.2)
            .network("vanilla", Fixtures.evaluation(accuracy, 1000))
            .network("copy", Fixtures.evaluation(0.85, 1000))
            .network("receiver", Fixtures.evaluation(0.9, 1000));
    interval("works_margin", 0.1, 0.02).accept(measured);
    interval("r2_copy", 0.95, 0.01).accept(measured);
    interval("matching_r2_share", 0.95, 0.01).accept(measured);
    interval("cost_of_matching", 0, 0.01).accept(measured);
    return measured.put("r2_copy", 0.95);
  }

  private static void letNothingWork(Measured measured) {
    measured.put("works_margin_limit", -0.1);
  }

  private static void leaveAsItIs(Measured measured) {}
}
