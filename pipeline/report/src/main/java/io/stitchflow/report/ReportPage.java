package io.stitchflow.report;

import com.google.protobuf.TextFormat;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import io.stitchflow.comparison.Front;
import io.stitchflow.comparison.Metric;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Chance;
import io.stitchflow.report.cells.NetworkRow;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Split;
import io.stitchflow.report.cells.Verdict;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page {@code report.html}: one file that needs nothing else. */
final class ReportPage {
  /** With more pairs than this, none has tables of its own. */
  private static final int MOST_PAIRS = 16;

  /** <a href="https://d3js.org">D3</a>. */
  private static final String D3 = "/META-INF/resources/webjars/d3/7.9.0/";

  /** D3, then our own, in this order. */
  private static final List<String> SCRIPTS =
      Stream.of(
              D3 + "dist/d3.min.js",
              "page/data.js",
              "page/matrix.js",
              "page/image.js",
              "page/plots.js",
              "page/explore.js")
          .map(ReportPage::resource)
          .toList();

  private static final String STYLE = resource("page/report.css");

  private ReportPage() {}

  // What the template sees. Accessors are found by name

  private record Page(
      String experiment,
      String style,
      String policy,
      List<PageData.Block> blocks,
      String licence,
      List<Script> scripts,
      String facts,
      List<SplitRow> splits,
      List<NetworkRow> networks,
      String chance,
      String copyDrop,
      String spread,
      String gate,
      boolean suspicious,
      boolean severalPairs,
      AnswerTable answer,
      boolean severalObjectives,
      ObjectiveTable objectives,
      List<String> thresholds,
      String plot,
      boolean hasFront,
      String front,
      String publishedErrors,
      String caveat,
      RegionTable allPairs,
      List<MorePart> allPairsMore,
      boolean hasCells,
      boolean fewPairs,
      List<PairPart> pairs,
      List<LegendEntry> legend,
      String asRun) {}

  private record LegendEntry(
      String term, String text, boolean published, String source, String url) {
    static List<LegendEntry> of(List<Metric> metrics) {
      return metrics.stream()
          .flatMap(metric -> metric.definitions().stream())
          .map(
              entry ->
                  new LegendEntry(
                      entry.term(),
                      entry.text(),
                      !entry.url().isEmpty(),
                      entry.source(),
                      entry.url()))
          .toList();
    }
  }

  private record PairPart(
      int number,
      String sender,
      String receiver,
      RegionTable test,
      RegionTable train,
      List<MorePart> more,
      List<KindRow> kinds) {}

  private record MorePart(String title, RegionTable table) {}

  private record KindRow(String condition, String kind) {}

  private record Script(String text) {}

  /** A split of the data set. */
  record SplitRow(String split, String digest) {}

  /**
   * What the page shows.
   *
   * @param plot the answer as SVG; empty if there are no cells
   * @param front the matching front as SVG; empty if no cell has one
   */
  record Content(
      WriteReport report,
      List<SplitRow> splits,
      List<NetworkRow> networks,
      CellTable table,
      StitchTraining training,
      Results results,
      AnswerTable answer,
      ObjectiveTable objectives,
      String plot,
      String front,
      List<Metric> metrics) {}

  static String of(Content content) {
    WriteReport report = content.report();
    Results results = content.results();
    List<NetworkRow> networks = content.networks();
    List<PairPart> pairs = new ArrayList<>();
    boolean fewPairs = results.pairs().size() <= MOST_PAIRS;
    for (Pair pair : fewPairs ? results.pairs() : List.<Pair>of()) {
      pairs.add(part(pair, pairs.size() + 1, results));
    }
    Page page =
        new Page(
            report.getExperiment(),
            STYLE,
            policy(),
            results.pairs().isEmpty()
                ? List.of()
                : PageData.of(content.table(), results, networks, content.training()),
            resource(D3 + "LICENSE"),
            SCRIPTS.stream().map(Script::new).toList(),
            facts(report, results),
            content.splits(),
            networks,
            Numbers.fixed(results.chance().accuracy(), 3),
            Numbers.brief(Cell.LARGEST_COPY_DROP),
            spread(seeds(report)),
            gate(networks),
            networks.stream().anyMatch(NetworkRow::suspicious),
            results.pairs().size() > 1,
            content.answer(),
            !content.objectives().rows().isEmpty(),
            content.objectives(),
            thresholds(results.chance()),
            content.plot(),
            !content.front().isEmpty(),
            content.front(),
            Published.ERRORS,
            Published.CAVEAT,
            RegionTable.of(results, results.pairs(), Split.TEST, Quantity.Table.MAIN),
            more(results, results.pairs()),
            !results.pairs().isEmpty(),
            fewPairs,
            pairs,
            LegendEntry.of(content.metrics()),
            asRun(report));
    return template().execute(page);
  }

  /** All settings that the report knows, as the experiment file writes them. */
  private static String asRun(WriteReport report) {
    return TextFormat.printer()
        .escapingNonAscii(false)
        .printToString(report.toBuilder().clearCell().build());
  }

  /** What stands in brackets. */
  private static String spread(long seeds) {
    String medians = "In the other tables: medians with quartiles over cells in parentheses.";
    if (seeds < 2) {
      return medians;
    }
    return medians
        + (seeds == 2
            ? " Means over cells: in parentheses those of both stitch seeds, which are too few for an interval."
            : " Means over cells: in brackets the 95 % interval over stitch seeds (Student's t), clipped to [0, 1].");
  }

  private static PairPart part(Pair pair, int number, Results results) {
    List<KindRow> kinds =
        results.conditions().stream()
            .filter(condition -> !results.cells(pair, condition).isEmpty())
            .map(each -> new KindRow(Words.of(each), results.kind(pair, each).text()))
            .toList();
    return new PairPart(
        number,
        pair.sender().getName(),
        pair.receiver().getName(),
        RegionTable.of(results, List.of(pair), Split.TEST, Quantity.Table.MAIN),
        RegionTable.of(results, List.of(pair), Split.TRAIN, Quantity.Table.MAIN),
        more(results, List.of(pair)),
        kinds);
  }

  /** Tables that are folded away; those without numbers are left out. */
  private static List<MorePart> more(Results results, List<Pair> pairs) {
    return Arrays.stream(Quantity.Table.values())
        .filter(table -> !table.title().isEmpty())
        .map(
            table -> new MorePart(table.title(), RegionTable.of(results, pairs, Split.TEST, table)))
        .filter(part -> part.table().measured())
        .toList();
  }

  /** What verdicts mean, with their numbers. */
  private static List<String> thresholds(Chance chance) {
    return List.of(
        String.format(
            Locale.ROOT,
            "Tested in a cell are the vanilla stitch, those of the front and the best copy. A stitch works if it keeps %.0f %% of what the receiver's accuracy is above chance, %.3f; it matches with %.0f %% of the copy's R².",
            100 * Front.WORKS,
            chance.accuracy(),
            100 * Front.MATCHES),
        String.format(
            Locale.ROOT,
            "Verdicts: a matching stitch works as well if matching costs at most %.0f points of accuracy, costs points if it costs more than 0; nothing of this family works if no stitch tested does; nothing of this family can match if a stitch works, but even the copy has an R² below %.1f. Other stitches of the family were not tested.",
            100 * Verdict.AS_WELL,
            Front.COPIES),
        String.format(
            Locale.ROOT,
            "Each verdict needs whole 95 %% intervals, by paired bootstrap over test images, on one side of its thresholds, and all stitch seeds to agree; otherwise the cell is too close to call. No verdict if the receiver's accuracy (Wilson) is not %.2f above chance, if the vanilla stitch was trained for the task and has not converged (gap above 0; losses on train examples, thus without an interval), or if the metric front was not measured.",
            Chance.MARGIN));
  }

  private static String facts(WriteReport report, Results results) {
    long names = names(report, network -> !network.getWithoutNetwork());
    long senders = names(report, ReportNetwork::getWithoutNetwork);
    List<String> datasets =
        report.getNetworkList().stream().map(ReportNetwork::getDataset).distinct().toList();
    return String.join(
        " · ",
        String.join(", ", datasets),
        Words.count(names, "network")
            + (senders == 0 ? "" : " and " + Words.count(senders, "sender") + " without a network"),
        Words.count(results.pairs().size(), "ordered pair"),
        Words.count(results.conditions().size(), "condition"),
        Words.count(report.getCellCount(), "cell"),
        Words.count(seeds(report), "stitch seed"));
  }

  private static long names(WriteReport report, Predicate<ReportNetwork> counted) {
    return report.getNetworkList().stream()
        .filter(counted)
        .map(ReportNetwork::getName)
        .distinct()
        .count();
  }

  private static long seeds(WriteReport report) {
    return report.getCellList().stream().map(cell -> cell.getSeed()).distinct().count();
  }

  private static String gate(List<NetworkRow> networks) {
    String trained = range(networks.stream().filter(row -> !row.network().getRandom()).toList());
    String random = range(networks.stream().filter(row -> row.network().getRandom()).toList());
    return String.join(
        "; ",
        trained.isEmpty() ? "no trained networks" : "trained networks reach " + trained,
        random.isEmpty() ? "no random controls" : "random controls " + random);
  }

  private static String range(List<NetworkRow> networks) {
    double[] known =
        networks.stream().mapToDouble(NetworkRow::test).filter(Double::isFinite).sorted().toArray();
    if (known.length == 0) {
      return "";
    }
    String low = Numbers.fixed(known[0], 3);
    String high = Numbers.fixed(known[known.length - 1], 3);
    return low.equals(high) ? low : low + " to " + high;
  }

  /** Nothing may run or be loaded but what stands in the page. */
  private static String policy() {
    return "default-src 'none'; script-src "
        + SCRIPTS.stream().map(ReportPage::source).collect(Collectors.joining(" "))
        + "; style-src "
        + source(STYLE)
        + "; base-uri 'none'; form-action 'none'";
  }

  private static String source(String text) {
    byte[] digest = Digest.of(text.getBytes(StandardCharsets.UTF_8)).bytes().toByteArray();
    return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
  }

  private static Template template() {
    return Mustache.compiler()
        .escapeHTML(true)
        .strictSections(true)
        .withLoader(name -> new StringReader(resource(name + ".html.mustache")))
        .compile(resource("report.html.mustache"));
  }

  private static String resource(String file) {
    try (InputStream in = ReportPage.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
