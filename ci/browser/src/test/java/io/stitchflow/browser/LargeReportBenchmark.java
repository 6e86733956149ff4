package io.stitchflow.browser;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.FakeRun;
import io.stitchflow.report.WriteReportExecutor;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.Measured;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.MeasuredValue;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * How long a browser takes for the report of 256 pairs in four conditions: {@code
 * LargeReportBenchmark DIRECTORY}. Every number is drawn at random, so that none is compressed
 * better than real ones. Prints the size of the page, the time to its first view, that of choosing
 * another pair, and the memory of the tab.
 */
public final class LargeReportBenchmark {
  private static final int EXAMPLES = 10_000;
  private static final int EPOCHS = 4;
  private static final int CHOICES = 12;
  private static final Set<String> MEASURED =
      Metrics.named(Metrics.defaults()).stream()
          .flatMap(metric -> metric.quantities().stream())
          .map(Quantity::name)
          .collect(Collectors.toSet());
  private static final List<Condition> CONDITIONS =
      List.of(
          Condition.TRAINED_TRAINED,
          Condition.RANDOM_TRAINED,
          Condition.TRAINED_RANDOM,
          Condition.RANDOM_RANDOM);

  private LargeReportBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    Path page = directory.resolve("out/report.html");
    if (!Files.exists(page)) {
      write(directory);
    }
    System.out.printf(Locale.ROOT, "page: %.1f MB%n", Files.size(page) / 1e6);
    try (Chromium browser = new Chromium()) {
      browser.open(page, "");
      System.out.printf(Locale.ROOT, "first view: %.0f ms%n", drawn(browser));
      List<Double> choices = new ArrayList<>();
      for (int i = 1; i <= CHOICES; i++) {
        browser.evaluate(
            "window.chosen = performance.now();"
                + ("document.querySelectorAll('#explore-pairs td[data-i]')["
                    + 20 * i
                    + "].click();")
                + "return 0");
        browser.await("performance.getEntriesByName('drawn').at(-1).startTime > chosen");
        choices.add(drawn(browser) - number(browser, "return chosen"));
      }
      double[] sorted = choices.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      System.out.printf(
          Locale.ROOT,
          "another pair: median %.0f ms, longest %.0f ms%n",
          sorted[CHOICES / 2],
          sorted[CHOICES - 1]);
      System.out.printf(Locale.ROOT, "memory of the tab: %.0f MB%n", browser.tabMegabytes());
      browser.click(browser.find("#explore-maps td[data-i]"));
      System.out.printf(Locale.ROOT, "with a cell chosen: %.0f MB%n", browser.tabMegabytes());
    }
  }

  private static double drawn(Chromium browser) {
    return number(browser, "return performance.getEntriesByName('drawn').at(-1).startTime");
  }

  private static double number(Chromium browser, String script) {
    return ((Number) browser.evaluate(script)).doubleValue();
  }

  private static void write(Path directory) throws IOException {
    List<ReportNetwork> networks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      int[] blocks = {1 + i / 8 % 2, 1 + i / 4 % 2, 1 + i / 2 % 2, 1 + i % 2};
      String name = "r" + Arrays.toString(blocks).replaceAll("\\D", "");
      networks.add(Fixtures.network(name, 1, false, blocks));
    }
    FakeRun run = new FakeRun(directory, "256 pairs");
    for (ReportNetwork network : networks) {
      run.add(network, Fixtures.curve(0.7, 1.9, 1.2, 0.8));
      run.add(Fixtures.random(network), Fixtures.curve(0.1));
    }
    SplittableRandom random = new SplittableRandom(1);
    for (ReportNetwork sender : networks) {
      for (ReportNetwork receiver : networks) {
        for (Condition condition : CONDITIONS) {
          for (String sent : sender.getCutList()) {
            for (String received : receiver.getCutList()) {
              run.add(
                  Fixtures.place(condition, sender.getName(), sent, receiver.getName(), received),
                  Comparison.newBuilder().setTrain(drawn(random)).setTest(drawn(random)).build(),
                  random.doubles(1 + EPOCHS, 1, 2).boxed().toList());
            }
          }
        }
      }
    }
    new WriteReportExecutor().execute(List.of(run), share -> {});
  }

  /**
   * Numbers of all metrics that are measured by default, each about what it is in {@link
   * Fixtures#everything}.
   */
  private static Measurement drawn(SplittableRandom random) {
    Measured drawn = Measured.on(EXAMPLES);
    for (MeasuredValue value : Fixtures.everything().getTest().getValueList()) {
      if (!MEASURED.contains(value.getName())) {
        continue;
      }
      if (value.getPointCount() == 0) {
        drawn.put(value.getName(), drawn(value.getNumber(), value.getName(), random));
        continue;
      }
      Map<String, Double> series = new LinkedHashMap<>();
      value
          .getPointList()
          .forEach(
              point ->
                  series.put(point.getAt(), drawn(point.getNumber(), value.getName(), random)));
      drawn.put(value.getName(), series);
    }
    return drawn.build();
  }

  private static double drawn(double number, String name, SplittableRandom random) {
    double drawn = number * (0.5 + random.nextDouble() / 2);
    // Shares of examples are whole numbers of them
    return name.contains("accuracy") || name.contains("agrees")
        ? Math.round(drawn * EXAMPLES) / (double) EXAMPLES
        : drawn;
  }
}
