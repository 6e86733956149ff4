package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.artifacts.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
        .contains("Does stitching match the representation?", "<td>self</td>", "published")
        .contains("self pair: one network with itself", "two architectures")
        .contains("trained networks reach 0.723", "random controls 0.098", "chance is 0.100");
    for (String input : run.digests()) {
      assertThat(page).contains(input);
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
    assertThat(page(run)).contains("seed pair: one architecture and width, two seeds");
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
    Measurement errors =
        Measurement.newBuilder().setExamples(8).setEv(1).setEs(0.5).setSv(1).setVariance(2).build();
    FakeRun run =
        new FakeRun(directory, "errors only")
            .add(A, Fixtures.curve(0.7, 1))
            .add(stem(A, A), Comparison.newBuilder().setTest(errors).build());
    execute(run);
    assertThat(names(run))
        .contains("heatmaps/a_a.trained_trained.ev.svg")
        .noneMatch(name -> name.contains("accuracy"));
    assertThat(page(run)).doesNotContain(">vanilla accuracy</th>").contains(">R² copy</th>");
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
        .doesNotContain("<script", "<b>");
    assertThat(names(run))
        .contains("heatmaps/..--b---x-_..--b---x-.trained_trained.vanilla_accuracy.svg");
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
            ">permutation R²</th>")
        .doesNotContain("NaN");
  }

  @Test
  void report_networksOnTheWrongSideOfChance_areMarked() throws IOException {
    FakeRun run =
        new FakeRun(directory, "gate")
            .add(A, Fixtures.curve(0.101, 2.3))
            .add(A.toBuilder().setRandom(true).build(), Fixtures.curve(0.5))
            .add(stem(A, A), Fixtures.comparison(0.5, 0.5, 1, 1, 2));
    execute(run);
    assertThat(page(run))
        .contains("not above chance, though trained", "above chance, though random")
        .contains("A network is not where it should be");
  }

  @Test
  void report_ofAHundredClasses_hasItsChance() throws IOException {
    ReportNetwork hundred = A.toBuilder().setClasses(100).build();
    FakeRun run =
        new FakeRun(directory, "hundred")
            // Well above 0.01 of 10,000 images, and below a tenth
            .add(hundred, Fixtures.curve(0.05, 2.3))
            .add(hundred.toBuilder().setRandom(true).build(), Fixtures.curve(0.03))
            .add(stem(A, A), Fixtures.comparison(0.5, 0.5, 1, 1, 2));
    execute(run);
    assertThat(page(run))
        .contains("chance is 0.010")
        .contains("above chance, though random")
        .doesNotContain("not above chance, though trained");
  }

  @Test
  void report_cellOfAnUnknownCut_isRefusedWithTheValues() {
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
  void report_done_toldProgressUpToOne() throws IOException {
    List<Double> told = new ArrayList<>();
    FakeRun run = experiment("one", List.of(A), 1, CopySolver.SGD);
    new WriteReportExecutor().execute(List.of(run), told::add);
    assertThat(told).isSorted().last().isEqualTo(1.0);
  }

  private FakeRun experiment(
      String name, List<ReportNetwork> networks, int seeds, CopySolver solver) {
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
