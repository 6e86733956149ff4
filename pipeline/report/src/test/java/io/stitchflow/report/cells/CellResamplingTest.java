package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportNetwork;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class CellResamplingTest {
  @Test
  void share_twoSeeds_isWilsonsOverCells() {
    CellResampling resampling = CellResampling.of(pairs(2, 50, 0));
    assertThat(resampling.overNetworks()).isFalse();
    assertThat(resampling.share(CellResamplingTest::costs)).isEqualTo(Interval.wilson(0.5, 100));
  }

  @Test
  void share_threeSeeds_spreadsAsNetworksDoHoweverManyCells() {
    // All cells of sender s1 hold, no other. Drawn 0, 1 or 2 of 3 times, s1 sends in 0, 1/3 or 1/2
    for (int cells : new int[] {2, 20}) {
      CellResampling resampling = CellResampling.of(pairs(3, cells, 0));
      assertThat(resampling.overNetworks()).isTrue();
      Interval interval = resampling.share(CellResamplingTest::costs);
      assertThat(interval).isEqualTo(new Interval(0, 0.5));
    }
  }

  @Test
  void share_allNetworksAlike_hasNoSpread() {
    CellResampling resampling = CellResampling.of(pairs(3, 4, 0));
    assertThat(resampling.share(cell -> true)).isEqualTo(new Interval(1, 1));
  }

  @Test
  void overNetworks_importedWeights_areSeedsOfTheRecipeThatIsNamed() {
    assertThat(CellResampling.of(imported("")).overNetworks()).isFalse();
    assertThat(CellResampling.of(imported("r")).overNetworks()).isTrue();
  }

  /** Three networks from files, each with each other one. */
  private static List<JudgedCell> imported(String recipe) {
    UnaryOperator<ReportNetwork> toImported =
        network -> network.toBuilder().setImported(true).setImportedRecipe(recipe).build();
    return pairs(3, 1, 0).stream()
        .map(
            cell ->
                new JudgedCell(
                    new Pair(
                        toImported.apply(cell.pair().sender()),
                        toImported.apply(cell.pair().receiver())),
                    cell.rows(),
                    cell.verdict()))
        .toList();
  }

  @Test
  void share_senderWithoutNetwork_spreadsAsItsReceiversDo() {
    List<JudgedCell> sent = new ArrayList<>();
    ReportNetwork sender = Fixtures.sender("none", "stem");
    for (JudgedCell cell : pairs(3, 1, 0)) {
      if (cell.pair().sender().getSeed() != cell.pair().receiver().getSeed() % 3 + 1) {
        continue; // one cell a receiver
      }
      sent.add(
          new JudgedCell(new Pair(sender, cell.pair().receiver()), cell.rows(), cell.verdict()));
    }
    CellResampling resampling = CellResampling.of(sent);
    assertThat(sent).hasSize(3);
    assertThat(resampling.overNetworks()).isTrue();
    // Receiver s1 alone holds. It is drawn three times in 1 of 27 draws, more than 2.5 %, and never
    // in 8
    Interval interval = resampling.share(cell -> cell.pair().receiver().getSeed() == 1);
    assertThat(interval).isEqualTo(new Interval(0, 1));
  }

  @Test
  void mean_threeSeeds_leavesOutCellsWithoutANumber() {
    CellResampling resampling = CellResampling.of(pairs(3, 2, 0));
    Interval interval =
        resampling.mean(cell -> cell.pair().sender().getSeed() == 1 ? Double.NaN : 7);
    assertThat(interval).isEqualTo(new Interval(7, 7));
  }

  /** The binomial interval of the median of 100 numbers is from the 40th to the 61st. */
  @Test
  void median_ofManyCells_isAboutTheBinomialInterval() {
    List<JudgedCell> cells = pairs(2, 50, 0);
    IdentityHashMap<JudgedCell, Integer> places = new IdentityHashMap<>();
    cells.forEach(cell -> places.put(cell, places.size() + 1));
    Interval interval = CellResampling.of(cells).median(places::get);
    assertThat(interval.from()).isCloseTo(40.5, within(2.));
    assertThat(interval.to()).isCloseTo(60.5, within(2.));
  }

  @Test
  void median_someCellsWithoutANumber_isOfTheOthers() {
    CellResampling resampling = CellResampling.of(pairs(2, 6, 0));
    Interval interval =
        resampling.median(cell -> cell.pair().sender().getSeed() == 1 ? Double.NaN : 7);
    assertThat(interval).isEqualTo(new Interval(7, 7));
    assertThat(resampling.median(cell -> Double.NaN).from()).isNaN();
  }

  @Test
  void medianCost_ofOneCost_hasTheWidthOfItsImages() {
    // Every cell costs 0.05, with a standard error of 0.01 over test images
    Interval images = CellResampling.of(pairs(2, 40, 0.01)).medianCost(CellResamplingTest::costs);
    assertThat(images.from()).isEqualTo(0.05 - 0.0196, within(0.002));
    assertThat(images.to()).isEqualTo(0.05 + 0.0196, within(0.002));
    Interval none = CellResampling.of(pairs(2, 40, 0)).medianCost(CellResamplingTest::costs);
    assertThat(none.from()).isEqualTo(0.05, within(1e-12));
    assertThat(none.to()).isEqualTo(0.05, within(1e-12));
  }

  @Test
  void medianCost_ofNoCell_isNotANumber() {
    assertThat(CellResampling.of(pairs(2, 2, 0)).medianCost(cell -> false).from()).isNaN();
  }

  /** All ordered pairs of so many seeds; cells of sender s1 cost 0.05, others cost nothing. */
  private static List<JudgedCell> pairs(int seeds, int cellsOfPair, double error) {
    List<JudgedCell> cells = new ArrayList<>();
    for (int sender = 1; sender <= seeds; sender++) {
      for (int receiver = 1; receiver <= seeds; receiver++) {
        for (int cell = 0; sender != receiver && cell < cellsOfPair; cell++) {
          Verdict verdict = sender == 1 ? Verdict.COSTS : Verdict.WORKS_AS_WELL;
          cells.add(new JudgedCell(pair(sender, receiver), row(error), verdict));
        }
      }
    }
    return cells;
  }

  private static Pair pair(int sender, int receiver) {
    return new Pair(
        Fixtures.network("s" + sender, sender, false, 1, 1),
        Fixtures.network("s" + receiver, receiver, false, 1, 1));
  }

  private static List<Cell> row(double error) {
    double half = 1.959964 * error;
    Measurement test =
        Measured.on(100)
            .put("cost_of_matching", 0.05)
            .put("cost_of_matching_low", 0.05 - half)
            .put("cost_of_matching_high", 0.05 + half)
            .build();
    return CellTable.rows(
        Fixtures.place(Condition.TRAINED_TRAINED, "a", "stem", "b", "stem"),
        Comparison.newBuilder().setTest(test).build(),
        Digest.of(new byte[0]));
  }

  private static boolean costs(JudgedCell cell) {
    return cell.verdict() == Verdict.COSTS;
  }
}
