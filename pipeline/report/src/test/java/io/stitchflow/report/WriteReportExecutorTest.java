package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.Measured;
import io.stitchflow.report.figure.TerminalMatrices;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.MeasuredValue;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WriteReportExecutorTest {
  private static final ReportNetwork A = Fixtures.network("a", 1, false, 1, 1);
  private static final ReportNetwork B = Fixtures.network("b", 2, false, 1, 1);
  private static final ReportNetwork DEEP = Fixtures.network("deep", 1, false, 2, 2);

  @TempDir Path directory;

  @Test
  void report_allMetrics_writesPageTablesAndAMapOfEachQuantity() throws IOException {
    FakeRun run = experiment("one", List.of(A, DEEP), 1, CopySolver.LEAST_SQUARES);
    execute(run);
    assertThat(names(run))
        .contains(
            "report.html", "answer.csv", "answer.svg", "answer.txt", "cells.csv", "cells.arrow");
    assertThat(names(run).stream().filter(name -> name.startsWith("heatmaps/a_deep.")))
        .hasSize(4 * 7)
        .contains(
            "heatmaps/a_deep.trained_trained.vanilla_accuracy.svg",
            "heatmaps/a_deep.random_random.sv.svg");
    String page = page(run);
    assertThat(page)
        .contains("<svg")
        .contains("Can a stitch that works match the representation?", "<td>self</td>")
        .contains("self pair: both halves have the same weights", "two architectures")
        .contains("The task loss does not identify the stitch")
        .contains("trained networks reach 0.723", "random controls 0.098")
        .contains("chance, the share of the most frequent class, is 0.100");
    String digests = page + PageBlocks.of(page).get("digests");
    for (String input : run.digests()) {
      assertThat(digests).contains(input);
    }
  }

  @Test
  void report_writtenTwiceInOtherPlaces_isByteIdentical() throws IOException {
    FakeRun first = experiment("one", List.of(A, B), 2, CopySolver.SGD);
    FakeRun second = experiment("two", List.of(A, B), 2, CopySolver.SGD);
    execute(first);
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      execute(second);
    } finally {
      Locale.setDefault(before);
    }
    assertThat(digests(first)).isEqualTo(digests(second)).hasSizeGreaterThan(100);
  }

  @Test
  void report_oneArchitectureTwoSeeds_isCalledASeedPair() throws IOException {
    FakeRun run = experiment("one", List.of(A, B), 1, CopySolver.SGD);
    execute(run);
    assertThat(page(run)).contains("seed pair: one architecture, width and training recipe");
  }

  @Test
  void report_bothSolvers_drawsCopyMapsOfEach() throws IOException {
    FakeRun run =
        Fixtures.experiment(
            directory, List.of(A), List.of(CopySolver.LEAST_SQUARES, CopySolver.SGD), 1);
    execute(run);
    assertThat(names(run))
        .contains(
            "heatmaps/a_a.trained_trained.vanilla_accuracy.svg",
            "heatmaps/a_a.trained_trained.copy_accuracy.least_squares.svg",
            "heatmaps/a_a.trained_trained.copy_accuracy.sgd.svg")
        .doesNotContain("heatmaps/a_a.trained_trained.copy_accuracy.svg");
  }

  @Test
  void report_accuracyNotAskedFor_hasNoSuchMapsAndColumns() throws IOException {
    Measurement errors = Measured.on(8).errors(1, 0.5, 2).build();
    FakeRun run =
        new FakeRun(directory, "errors only")
            .add(A, Fixtures.curve(0.7, 1))
            .add(stem(A, A), Comparison.newBuilder().setTest(errors).build());
    execute(run);
    assertThat(names(run))
        .contains("heatmaps/a_a.trained_trained.ev.svg")
        .noneMatch(name -> name.contains("accuracy"));
    assertThat(page(run))
        .doesNotContain(">vanilla accuracy</th>")
        .contains(">R² copy, median</th>");
    assertThat(page(run).lines().filter(line -> line.startsWith("<dt>")))
        .anyMatch(line -> line.startsWith("<dt>EV, ES, SV</dt>"))
        .noneMatch(line -> line.startsWith("<dt>loss of a start</dt>"));
  }

  /** The second objective's numbers would move every mean. */
  @Test
  void report_twoObjectives_showsTheFirstAndHasBothInFiles() throws IOException {
    FakeRun one =
        new FakeRun(Files.createDirectory(directory.resolve("one")), "objectives")
            .add(A, Fixtures.curve(0.7, 1))
            .add(of("task"), Fixtures.comparison(0.5, 0.5, 1, 1, 2));
    FakeRun both =
        new FakeRun(Files.createDirectory(directory.resolve("both")), "objectives")
            .add(A, Fixtures.curve(0.7, 1))
            .add(of("task"), Fixtures.comparison(0.5, 0.5, 1, 1, 2))
            .add(of("later"), Fixtures.comparison(0.75, 0.5, 1.5, 1, 2));
    execute(one);
    execute(both);
    for (String same : List.of("answer.csv", "answer.txt", "matrices.ansi")) {
      assertThat(both.output(same)).hasSameTextualContentAs(one.output(same));
    }
    assertThat(Files.readAllLines(both.output("cells.csv")))
        .startsWith(Files.readAllLines(one.output("cells.csv")).toArray(new String[0]))
        .hasSize(1 + 4);
    assertThat(page(one)).doesNotContain("id=\"objectives\"");
    assertThat(page(both))
        .contains(
            "<td>task</td><td class=\"number\">1</td><td class=\"number\">0.500</td><td class=\"number\"></td>",
            "<td>later</td><td class=\"number\">1</td><td class=\"number\">0.750</td><td class=\"number\">0.250 [0.250 to 0.250]</td>");
  }

  /** The second objective has the cells in another order. */
  @Test
  void report_twoObjectivesOfTwoCells_comparesEachCellWithItself() throws IOException {
    FakeRun run =
        new FakeRun(directory, "objectives")
            .add(A, Fixtures.curve(0.7, 1))
            .add(of("task"), Fixtures.comparison(0.5, 0.5, 1, 1, 2))
            .add(at("layer2.0", "task"), Fixtures.comparison(0.25, 0.5, 1, 1, 2))
            .add(at("layer2.0", "later"), Fixtures.comparison(0.75, 0.5, 1, 1, 2))
            .add(of("later"), Fixtures.comparison(0.25, 0.5, 1, 1, 2));
    execute(run);

    assertThat(page(run))
        .contains(
            "<td>later</td><td class=\"number\">2</td><td class=\"number\">0.500</td><td class=\"number\">0.125 [−0.250 to 0.500]</td>");
  }

  private static ReportCell at(String cut, String objective) {
    return of(objective).toBuilder().setSenderCut(cut).setReceiverCut(cut).build();
  }

  private static ReportCell of(String objective) {
    return stem(A, A).toBuilder().setObjective(objective).build();
  }

  @Test
  void report_namesWithMarkup_areEscapedAndStayInTheirDirectory() throws IOException {
    ReportNetwork odd = A.toBuilder().setName("../<b>&\"x'").build();
    FakeRun run =
        new FakeRun(directory, "<script>alert(1)</script>")
            .add(odd, Fixtures.curve(0.7, 1))
            .add(stem(odd, odd), Fixtures.comparison(0.5, 0.5, 1, 1, 2));
    execute(run);
    assertThat(page(run))
        .contains("&lt;script&gt;", "../&lt;b&gt;&amp;&quot;x")
        .doesNotContain("<script>alert", "<b>");
    assertThat(names(run))
        .contains("heatmaps/..--b---x-_..--b---x-.trained_trained.vanilla_accuracy.svg");
  }

  @Test
  void report_senderWithoutNetwork_hasRowsOfItsOwnAndLeavesTheOthersAlone() throws IOException {
    FakeRun alone = withCells(new FakeRun(Files.createDirectory(directory.resolve("alone")), "s"));
    FakeRun beside =
        withCells(new FakeRun(Files.createDirectory(directory.resolve("beside")), "s"))
            .addSender(SENDER);
    for (String sent : SENDER.getCutList()) {
      ReportCell place = Fixtures.place(Condition.TRAINED_TRAINED, "none", sent, "b", "layer1.0");
      beside.add(place, withoutSender(Fixtures.comparison(0.3, 0.2, 1, 1, 2)));
    }
    execute(alone);
    execute(beside);

    List<String> answer = Files.readAllLines(alone.output("answer.csv"));
    assertThat(Files.readAllLines(beside.output("answer.csv")))
        .hasSize(answer.size() + 2)
        .startsWith(answer.toArray(new String[0]))
        .element(answer.size())
        .asString()
        .startsWith("no_network,trained_trained,none/pixels,1,1,0.3,");
    List<String> headline = Files.readAllLines(alone.output("answer.txt")).subList(0, 5);
    assertThat(Files.readAllLines(beside.output("answer.txt")))
        .startsWith(headline.toArray(new String[0]))
        .anyMatch(line -> line.startsWith("Senders without a network (none/pixels, none/noise)"))
        .anyMatch(
            line ->
                line.startsWith("  no network, trained_trained, none/noise: mean accuracy 0.3"));
    assertThat(names(beside))
        .containsAll(names(alone))
        .contains("heatmaps/none_b.trained_trained.vanilla_accuracy.svg");
    assertThat(beside.output("heatmaps/none_b.trained_trained.vanilla_accuracy.svg"))
        .content()
        .contains(">pixels<", ">noise<");
    assertThat(page(beside))
        .contains("2 networks and 1 sender without a network", "<td>sender without a network</td>")
        .contains("no network → trained", "the sender is a baseline or a file, not a network")
        .doesNotContain(">NaN");
  }

  @Test
  void report_senderWithoutNetwork_leavesItsAgreementEmptyInTheTable() throws IOException {
    FakeRun run = new FakeRun(directory, "s").add(B, Fixtures.curve(0.7, 1)).addSender(SENDER);
    ReportCell place = Fixtures.place(Condition.TRAINED_TRAINED, "none", "pixels", "b", "stem");
    run.add(place, withoutSender(Fixtures.comparison(0.3, 0.2, 1, 1, 2)));
    execute(run);
    List<String> rows = Files.readAllLines(run.output("cells.csv"));
    List<String> header = List.of(rows.get(0).split(",", -1));
    List<String> row = List.of(rows.get(2).split(",", -1));
    assertThat(row.get(header.indexOf("vanilla_agrees_with_sender"))).isEmpty();
    assertThat(row.get(header.indexOf("vanilla_agrees_with_receiver"))).isEqualTo("0.625");
    assertThat(run.output("answer.txt")).content().contains("Not answered: no cells of two");
  }

  private static final ReportNetwork SENDER = Fixtures.sender("none", "pixels", "noise");

  private static FakeRun withCells(FakeRun run) throws IOException {
    run.add(A, Fixtures.curve(0.7, 1)).add(B, Fixtures.curve(0.7, 1));
    return run.add(stem(A, B), Fixtures.comparison(0.5, 0.5, 1, 1, 2));
  }

  private static Comparison withoutSender(Comparison comparison) {
    Comparison.Builder without = comparison.toBuilder();
    for (Measurement.Builder split : List.of(without.getTrainBuilder(), without.getTestBuilder())) {
      List<MeasuredValue> kept =
          split.getValueList().stream()
              .filter(value -> !value.getName().endsWith("agrees_with_sender"))
              .toList();
      split.clearValue().addAllValue(kept);
    }
    return without.build();
  }

  @Test
  void report_pairsWhoseNamesRunTogether_getFilesOfTheirOwn() throws IOException {
    ReportNetwork ab = A.toBuilder().setName("a_b").build();
    ReportNetwork bb = A.toBuilder().setName("b_b").build();
    FakeRun run = new FakeRun(directory, "names");
    for (ReportNetwork network : List.of(A, ab, B, bb)) {
      run.add(network, Fixtures.curve(0.7, 1));
    }
    run.add(stem(ab, B), Fixtures.comparison(0.5, 0.5, 1, 1, 2));
    run.add(stem(A, bb), Fixtures.comparison(0.6, 0.5, 1, 1, 2));
    execute(run);
    assertThat(names(run))
        .contains(
            "heatmaps/a_b_b.trained_trained.ev.svg", "heatmaps/a_b_b-2.trained_trained.ev.svg");
  }

  @Test
  void report_allMetrics_showsGeometryAndControls() throws IOException {
    FakeRun run =
        new FakeRun(directory, "everything")
            .add(A, Fixtures.curve(0.7, 1))
            .add(stem(A, A), Fixtures.everything());
    execute(run);
    assertThat(page(run))
        .contains(
            "Geometry and later cuts, on",
            "Controls, on",
            ">CKA vanilla</th>",
            ">permutation R², median (quartiles)</th>")
        .doesNotContain(">NaN");
  }

  @Test
  void report_networksOnTheWrongSideOfChance_areMarked() throws IOException {
    FakeRun run =
        new FakeRun(directory, "gate")
            .add(A, Fixtures.curve(0.101, 2.3))
            .add(Fixtures.random(A), Fixtures.curve(0.5))
            .add(stem(A, A), Fixtures.comparison(0.5, 0.5, 1, 1, 2));
    execute(run);
    assertThat(page(run))
        .contains("not above chance, though trained", "above chance, though random")
        .contains("A network is not where it should be");
  }

  @Test
  void report_ofAHundredClasses_hasItsChance() throws IOException {
    int[] one = new int[100];
    Arrays.fill(one, 1);
    FakeRun run =
        new FakeRun(directory, "hundred")
            // Well above 0.01 of 10,000 images, and below a tenth
            .labels("test", one)
            .add(A, Fixtures.curve(0.05, 2.3))
            .add(Fixtures.random(A), Fixtures.curve(0.03))
            .add(stem(A, A), Fixtures.comparison(0.5, 0.5, 1, 1, 2));
    execute(run);
    assertThat(page(run))
        .contains("class, is 0.010")
        .contains("above chance, though random")
        .doesNotContain("not above chance, though trained");
  }

  @Test
  void report_cellOfAnUnknownCut_isRefusedWithTheValues() throws IOException {
    FakeRun run =
        new FakeRun(directory, "wrong")
            .add(A, Fixtures.curve(0.7, 1))
            .add(
                Fixtures.place(Condition.TRAINED_TRAINED, "a", "layer9.0", "a", "stem"),
                Fixtures.comparison(0.5, 0.5, 1, 1, 2));
    assertThatThrownBy(() -> execute(run))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("network 'a' has no cut 'layer9.0'");
  }

  @Test
  void report_done_reportsProgressUpToOne() throws IOException {
    List<Double> told = new ArrayList<>();
    FakeRun run = experiment("one", List.of(A), 1, CopySolver.SGD);
    new WriteReportExecutor().execute(List.of(run), told::add);
    assertThat(told).isSorted().last().isEqualTo(1.0);
  }

  @Test
  void report_labelsOfWhichNineInTenAreOneClass_hasNoVerdicts() throws IOException {
    FakeRun run =
        new FakeRun(directory, "unequal")
            .labels("train", 90, 10)
            .labels("test", 90, 10)
            .add(A, Fixtures.curve(0.9, 0.3))
            .add(B, Fixtures.curve(0.9, 0.3))
            .add(stem(A, B), Fixtures.comparison(0.9, 0.9, 1, 1, 2));
    execute(run);
    String sentence = "Test accuracy not clearly above chance, 0.900: a (0.900), b (0.900).";
    assertThat(page(run)).contains(sentence, "not above chance, though trained");
    assertThat(Files.readString(run.out().resolve("answer.txt")))
        .contains(
            sentence,
            "receiver no better than the majority class in 1.",
            "receiver no better than the majority class in 1 of 1 cell")
        .doesNotContain("works as well", "can match");
  }

  @Test
  void report_equalWeightsUnderTwoNames_isCalledASelfPair() throws IOException {
    FakeRun run =
        new FakeRun(directory, "twin")
            .add(A, Fixtures.curve(0.9, 0.3), "weights")
            .add(B.toBuilder().setImported(true).build(), Fixtures.curve(0.9), "weights")
            .add(stem(A, B), Fixtures.comparison(0.9, 0.9, 1, 1, 2));
    execute(run);
    assertThat(page(run)).contains("self pair: both halves").doesNotContain("<td>seed pair</td>");
  }

  @Test
  void report_publishedNumbers_standOnlyBesideThePapersNetworksAndData() throws IOException {
    ReportNetwork small = Fixtures.network("a", 1, false, 1, 1, 1, 1);
    FakeRun papers = experiment("papers", List.of(small), 1, CopySolver.SGD);
    execute(papers);
    assertThat(page(papers)).contains("published (width 64)");
    FakeRun others =
        experiment(
            "others", List.of(small.toBuilder().setDataset("pngs").build()), 1, CopySolver.SGD);
    execute(others);
    assertThat(page(others)).doesNotContain("published", "Published", "0.910");
    assertThat(Files.readString(others.out().resolve("answer.csv"))).doesNotContain("published");
  }

  @Test
  void report_stitchWorseThanItsCopyOnTrainExamples_isMarkedEverywhere() throws IOException {
    Comparison diverged = Fixtures.comparison(0.5, 0.5, 1, 1, 2);
    Measurement train =
        Measured.like(diverged.getTrain())
            .network(
                "vanilla", Fixtures.evaluation(0.1, 100).toBuilder().setCrossEntropy(203).build())
            .build();
    FakeRun run =
        new FakeRun(directory, "diverged")
            .add(A, Fixtures.curve(0.9, 0.3))
            .add(B, Fixtures.curve(0.9, 0.3))
            .add(stem(A, B), diverged.toBuilder().setTrain(train).build());
    execute(run);
    assertThat(page(run))
        .contains("not converged in 1 of 1 cell", "<td class=\"number\">1, 1 †</td>");
    assertThat(Files.readString(run.out().resolve("answer.txt")))
        .contains("not converged in 1 of 1 cell");
    assertThat(
            Files.readString(
                run.out().resolve("heatmaps/a_b.trained_trained.vanilla_accuracy.svg")))
        .contains("0.500†", "† not converged (1)");
    // The copy's loss is 2.3 / 2
    assertThat(Files.readAllLines(run.out().resolve("cells.csv")))
        .filteredOn(line -> line.startsWith("trained_trained"))
        .hasSize(2)
        .allMatch(line -> line.contains("," + (203 - 1.15) + ","));
    assertThat(TerminalMatrices.plain(Files.readString(run.out().resolve("matrices.ansi"))))
        .contains("0.500*", "* not converged: 1 cell");
  }

  private FakeRun experiment(
      String name, List<ReportNetwork> networks, int seeds, CopySolver solver) throws IOException {
    return Fixtures.experiment(directory.resolve(name), networks, List.of(solver), seeds);
  }

  private static ReportCell stem(ReportNetwork sender, ReportNetwork receiver) {
    return Fixtures.place(
        Condition.TRAINED_TRAINED, sender.getName(), "stem", receiver.getName(), "stem");
  }

  private static void execute(FakeRun run) throws IOException {
    new WriteReportExecutor().execute(List.of(run), share -> {});
  }

  private static String page(FakeRun run) throws IOException {
    return Files.readString(run.out().resolve("report.html"));
  }

  private static List<String> names(FakeRun run) throws IOException {
    return List.copyOf(digests(run).keySet());
  }

  private static Map<String, Digest> digests(FakeRun run) throws IOException {
    Map<String, Digest> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run.out())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        digests.put(run.out().relativize(file).toString(), Digest.of(file));
      }
    }
    return digests;
  }
}
