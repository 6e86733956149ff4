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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells by hand; the receiver has 0.9 of 1000 examples, chance is 0.1 and the variance is 1. */
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

  @TempDir Path directory;
  private final List<Cell> cells = new ArrayList<>();

  @Test
  void answer_seedPair_countsVerdictsByRegion() {
    add("b", 0, 0, 1, 0.9, 0.05);
    add("b", 1, 0, 1, 0.9, 2);
    add("b", 2, 0, 1, 0.8, 0.6);
    add("b", 2, 1, 1, 0.2, 0.6);
    add("b", 0, 2, 1, 0.2, 0.6);
    Answer answer = answer();
    assertThat(answer.rows())
        .extracting(Answer.Row::region)
        .containsExactly(Region.LOWER, Region.DIAGONAL, Region.UPPER);
    assertThat(answer.rows()).extracting(Answer.Row::kind).containsOnly(Pair.Kind.SEED);
    assertThat(answer.rows())
        .extracting(Answer.Row::verdict)
        .containsExactly(
            "works without matching in 2 of 3 cells, does not work in 1",
            "works and matches in 1 of 1 cell",
            "does not work in 1 of 1 cell");
    assertThat(Headline.of(answer, SETTINGS))
        .isEqualTo(
            "Vanilla stitches trained from a random start for 6 epochs work in 3 of 5 judged cells"
                + " of two trained networks; there they match the receiver's representation in 1,"
                + " in part in 0, not in 2. Not judged: 0 cells with the receiver"
                + " at chance, 0 other cells not converged.");
    assertThat(text(answer))
        .startsWith("Do these trained stitches match the representation?\nVanilla stitches ")
        .contains("The task loss does not identify the stitch")
        .contains(
            "two seeds, trained_trained, diagonal: mean accuracy 0.900, median R^2 0.950 (copy"
                + " 0.950); works and matches");
  }

  @Test
  void answer_selfPair_standsApartAndIsNotInTheHeadline() {
    add("b", 0, 0, 1, 0.9, 2);
    add("a", 0, 0, 1, 0.9, 0.05);
    Answer answer = answer();
    assertThat(answer.rows())
        .extracting(Answer.Row::kind)
        .containsExactly(Pair.Kind.SELF, Pair.Kind.SEED);
    assertThat(Headline.of(answer, SETTINGS)).contains("work in 1 of 1 judged cell ");
  }

  @Test
  void answer_importedTwinWithEqualWeights_isASelfPairAndNotInTheHeadline() {
    add("b", 0, 0, 1, 0.9, 2);
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
    add("b", 0, 0, 1, 0.9, 2);
    add("b", 2, 0, 1, 0.2, 2);
    for (Cell row : List.copyOf(cells)) {
      ReportCell ofTwin = row.place().toBuilder().setReceiver("twin").build();
      cells.add(new Cell(ofTwin, row.split(), row.values(), row.comparison(), row.shared()));
    }
    Answer answer = answer(twin(Fixtures.row(B).digest()));
    assertThat(Headline.of(answer, SETTINGS)).contains("work in 1 of 2 judged cells ");
    assertThat(answer.rows())
        .extracting(Answer.Row::verdict)
        .containsExactly("does not work in 1 of 1 cell", "works without matching in 1 of 1 cell");
    assertThat(csv(answer, false).get(1)).startsWith("seed,trained_trained,lower,1,1,");
    assertThat(Headline.notes(answer, List.of()))
        .contains(
            "Networks with equal weights: b and twin. Cells that differ only in these names are"
                + " counted once.");

    Answer different = answer(twin("another"));
    assertThat(Headline.of(different, SETTINGS)).contains("work in 2 of 4 judged cells ");
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
    add("twin", 0, 0, 1, 0.9, 2);
    Answer answer = answer(twin(Fixtures.row(B).digest()));
    assertThat(answer.equalNetworks()).isEmpty();
  }

  @Test
  void answer_twoSolvers_judgesByTheBestCopy() {
    // R² of vanilla 0.4; least squares reaches 0.8, SGD 0.4
    add(place("b", 0, 0, 1, CopySolver.SGD), measurement(0.9, 0.6).put("es", 0.6).build());
    add(
        place("b", 0, 0, 1, CopySolver.LEAST_SQUARES),
        measurement(0.9, 0.6).put("es", 0.2).build());
    // Least squares reaches -0.7 on test examples, SGD 0.4
    add(
        place("b", 1, 1, 1, CopySolver.LEAST_SQUARES),
        measurement(0.9, 0.6).put("es", 1.7).build());
    add(place("b", 1, 1, 1, CopySolver.SGD), measurement(0.9, 0.6).put("es", 0.6).build());
    Answer answer = answer();
    assertThat(answer.rows().get(0).verdict())
        .isEqualTo("works and matches in 1 of 2 cells, works and matches in part in 1");
    assertThat(answer.rows().get(0).of(Metrics.quantity("r2_copy")).to())
        .isEqualTo(0.7, within(1e-12));
  }

  @Test
  void answer_noCopyMatches_saysNoMoreThanWhatWasTested() {
    add(place("b", 0, 0, 1, CopySolver.SGD), measurement(0.9, 1.5).put("es", 0.95).build());
    assertThat(answer().rows().get(0).verdict())
        .isEqualTo("works where no tested copy matches in 1 of 1 cell");
    assertThat(Headline.of(answer(), SETTINGS)).contains("in 1 no tested copy matches either");
  }

  /**
   * R² of the vanilla stitch is 0.4 of the copy's in each cell; others on the front match better.
   */
  @Test
  void answer_frontMeasured_judgesByTheBestMatchAtEqualLossAndSaysItsCost() {
    double[][] front = {{0.95, 0}, {0.7, 0.02}, {0.4, 0.1}};
    for (int i = 0; i < front.length; i++) {
      add(
          place("b", i, 0, 1, CopySolver.LEAST_SQUARES),
          measurement(0.9, 0.62)
              .put("match_at_equal_loss", front[i][0])
              .put("cost_of_matching", front[i][1])
              .build());
    }
    assertThat(answer().rows())
        .extracting(Answer.Row::verdict)
        .containsExactly(
            "works and matches in part in 1 of 2 cells, works without matching in 1",
            "works and matches in 1 of 1 cell");
    assertThat(Headline.of(answer(), SETTINGS))
        .contains(
            "; there a stitch with no higher validation loss matches the receiver's representation"
                + " in 1, in part in 1, and none does in 1."
                + " Matching with 90 % of the copy's R² costs a median of 0.020 accuracy there"
                + " (quartiles 0.010 and 0.060). Not judged:");
  }

  @Test
  void answer_notConvergedCell_isJudgedByNothing() {
    add("b", 0, 0, 1, 0.9, 0.05);
    add("b", 1, 1, 1, 0.9, 2);
    cells.replaceAll(
        cell ->
            cell.place().getSenderCut().equals("layer1.0")
                ? cell.with(new Shared(0.01, null))
                : cell);
    Answer answer = answer();
    assertThat(answer.rows().get(0).verdict())
        .isEqualTo("works and matches in 1 of 2 cells, not converged in 1");
    assertThat(Headline.of(answer, SETTINGS))
        .contains("work in 1 of 1 judged cell ", "at chance, 1 other cell not converged.");
  }

  @Test
  void answer_oneSeedNotConverged_isNotConverged() {
    add("b", 0, 0, 1, 0.9, 0.05);
    add("b", 0, 0, 2, 0.9, 0.05);
    cells.set(1, cells.get(1).with(new Shared(1e-3, null)));
    assertThat(answer().rows().get(0).verdict()).isEqualTo("not converged in 1 of 1 cell");
  }

  @Test
  void answer_receiverAtChance_isReportedBesideTheHeadline() {
    Measurement measured =
        measurement(0.12, 0.5).network("receiver", Fixtures.evaluation(0.12, 1000)).build();
    add(place("b", 0, 0, 1, CopySolver.LEAST_SQUARES), measured);
    NetworkRow atChance = NetworkRow.of(B, Fixtures.curve(0.1), "b's", "", Fixtures.TEN_CLASSES);
    Answer answer = answer(List.of(Fixtures.row(A), atChance));
    assertThat(Headline.of(answer, SETTINGS))
        .startsWith("Not answered: 0 of 1 cell of two trained networks can be judged")
        .contains("1 cell with the receiver at chance");
    assertThat(Headline.notes(answer, List.of(Fixtures.row(A), atChance)))
        .contains(
            "Test accuracy not clearly above chance, 0.100: b (0.100). Cells with these receivers have no"
                + " verdict.");
  }

  @Test
  void answer_overfittedCopies_areCountedWithTheirR2() {
    add("b", 0, 0, 1, 0.9, 0.05);
    add("b", 1, 1, 1, 0.9, 0.05);
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
    // Means 0.85 and an R² of 0.5, of which the copy has 0.95: matches in part
    add("b", 0, 0, 1, 0.9, 0.3);
    add("b", 0, 0, 2, 0.8, 0.7);
    Answer answer = answer();
    Answer.Row row = answer.rows().get(0);
    assertThat(row.seeds()).isEqualTo(2);
    assertThat(row.verdict()).isEqualTo("works and matches in part in 1 of 1 cell");
    assertThat(Headline.notes(answer, List.of())).anyMatch(note -> note.startsWith("Warning: 2 "));
    List<String> lines = csv(answer, false);
    assertThat(lines.get(1)).startsWith("seed,trained_trained,diagonal,1,2,0.8500000000000001,,,");
    assertThat(text(answer)).contains("Warning: 2 stitch seeds, too few for an interval");
  }

  @Test
  void answer_threeSeeds_hasAnIntervalWithinZeroAndOne() throws IOException {
    add("b", 0, 0, 1, 0.8, 0.3);
    add("b", 0, 0, 2, 0.9, 0.3);
    add("b", 0, 0, 3, 1.0, 0.3);
    List<String> lines = csv(answer(), false);
    assertThat(lines.get(0))
        .startsWith(
            "pair,condition,region,cells,seeds,vanilla_accuracy,vanilla_accuracy_from,"
                + "vanilla_accuracy_to,")
        .contains(",r2_vanilla_median,r2_vanilla_q1,r2_vanilla_q3,r2_vanilla_above_0,")
        .contains(",gap_median,", ",cells_not_converged,", ",cells_where_copy_overfits")
        .doesNotContain("published");
    // 0.9 and 4.303 * 0.1 / sqrt 3 around it
    assertThat(lines.get(1)).matches("seed,trained_trained,diagonal,1,3,0.9,0.651\\d+,1.0,.*");
    assertThat(Headline.notes(answer(), List.of())).noneMatch(note -> note.contains("Warning"));
  }

  @Test
  void answer_publishedNumbers_standBesideComparableOnesOnly() throws IOException {
    add("b", 0, 0, 1, 0.9, 0.3);
    assertThat(csv(answer(), true).get(0)).contains(",published_vanilla_accuracy,");
    assertThat(AnswerTable.of(answer(), "", List.of(), false).hasPublished()).isFalse();
  }

  @Test
  void headline_otherStart_isNamed() {
    add("b", 0, 0, 1, 0.9, 0.05);
    VanillaSettings copyStart =
        SETTINGS.toBuilder()
            .clearInitialization()
            .addInitialization(Initialization.COPY)
            .setRecipe(StitchRecipe.newBuilder().setEpochs(1))
            .build();
    assertThat(Headline.of(answer(), copyStart))
        .startsWith("Vanilla stitches trained from the least-squares copy for 1 epoch work in ");
  }

  @Test
  void headline_otherObjective_isNamed() {
    add("b", 0, 0, 1, 0.9, 0.05);
    VanillaSettings later = SETTINGS.toBuilder().addObjective("later").build();
    assertThat(Headline.of(answer(), later))
        .startsWith("Vanilla stitches trained for the objective 'later' from a random start for ");
    assertThat(Headline.otherObjectives(later)).isEmpty();
    assertThat(Headline.otherObjectives(later.toBuilder().addObjective("task").build()))
        .containsExactly(
            "This report is of vanilla stitches trained for the objective 'later'; cells.csv also contains those for task.");
  }

  @Test
  void headline_severalStarts_areNamed() {
    add("b", 0, 0, 1, 0.9, 0.05);
    VanillaSettings starts =
        SETTINGS.toBuilder()
            .addInitialization(Initialization.MEAN)
            .setRecipe(StitchRecipe.newBuilder().setEpochs(2))
            .build();
    assertThat(Headline.of(answer(), starts))
        .startsWith(
            "Vanilla stitches trained from the best of 2 starts (a random start, the mean of the expected representation) for 2 epochs work in ");
  }

  @Test
  void answer_nothingMeasured_hasDashesAndNoNaN() throws IOException {
    add(
        place("b", 0, 0, 1, CopySolver.LEAST_SQUARES),
        Measurement.newBuilder().setExamples(1).build());
    Answer answer = answer();
    assertThat(Headline.of(answer, SETTINGS)).startsWith("Not answered: 0 of 1 cell");
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
    return answer(List.of(Fixtures.row(A), Fixtures.row(B)));
  }

  private Answer answer(List<NetworkRow> networks) {
    WriteReport report =
        WriteReport.newBuilder().addNetwork(A).addNetwork(B).addNetwork(TWIN).build();
    return Answer.of(new Results(report, new CellTable(cells), networks, Fixtures.TEN_CLASSES));
  }

  private void add(String receiver, int i, int j, long seed, double accuracy, double ev) {
    add(place(receiver, i, j, seed, CopySolver.LEAST_SQUARES), measurement(accuracy, ev).build());
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
    return Measured.on(1000)
        .errors(ev, 0.05, 1)
        .put("r2_ceiling", 1)
        .network("vanilla", Fixtures.evaluation(accuracy, 1000))
        .network("copy", Fixtures.evaluation(0.85, 1000))
        .network("receiver", Fixtures.evaluation(0.9, 1000));
  }
}
