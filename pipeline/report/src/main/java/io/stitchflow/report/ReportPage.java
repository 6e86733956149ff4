package io.stitchflow.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page {@code report.html}: one file that needs nothing else. */
final class ReportPage {
  /** With more pairs than this, each is folded away until it is asked for. */
  private static final int PAIRS_OPEN = 4;

  private ReportPage() {}

  // What the template sees. Accessors are found by name

  private record Page(
      String experiment,
      String facts,
      List<NetworkRow> networks,
      String chance,
      String gate,
      boolean suspicious,
      boolean severalPairs,
      boolean severalSeeds,
      AnswerTable answer,
      List<String> thresholds,
      String plot,
      String publishedErrors,
      String caveat,
      Means allPairs,
      List<MorePart> allPairsMore,
      List<PairPart> pairs) {}

  private record PairPart(
      int number,
      String sender,
      String receiver,
      String kind,
      boolean open,
      Means test,
      Means train,
      List<MorePart> more,
      List<ConditionPart> conditions,
      List<DigestRow> digests) {}

  private record MorePart(String title, Means means) {}

  private record ConditionPart(String name, List<MapRow> rows) {}

  private record MapRow(List<String> drawings) {}

  private record DigestRow(
      String condition,
      String senderCut,
      String receiverCut,
      String solver,
      String seed,
      String digest) {}

  static String of(
      WriteReport report,
      List<NetworkRow> networks,
      Results results,
      List<Drawing> drawings,
      Answer answer,
      String plot) {
    List<PairPart> pairs = new ArrayList<>();
    for (Pair pair : results.pairs()) {
      boolean open = results.pairs().size() <= PAIRS_OPEN;
      pairs.add(part(pair, pairs.size() + 1, open, results, drawings));
    }
    Page page =
        new Page(
            report.getExperiment(),
            facts(report, results),
            networks,
            chance(networks),
            gate(networks),
            networks.stream().anyMatch(NetworkRow::suspicious),
            results.pairs().size() > 1,
            seeds(report) > 1,
            AnswerTable.of(answer, results.solvers().size() > 1),
            thresholds(),
            plot,
            Published.ERRORS,
            Published.CAVEAT,
            Means.of(results, results.pairs(), Split.TEST),
            more(results, results.pairs()),
            pairs);
    return template().execute(page);
  }

  /** Of all networks: they are of one data set. */
  private static String chance(List<NetworkRow> networks) {
    return networks.stream()
        .map(row -> Numbers.fixed(Chance.of(row.network()), 3))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static PairPart part(
      Pair pair, int number, boolean open, Results results, List<Drawing> drawings) {
    List<ConditionPart> conditions = new ArrayList<>();
    List<DigestRow> digests = new ArrayList<>();
    for (Condition condition : results.conditions()) {
      List<MapRow> rows = rows(pair, condition, drawings);
      if (!rows.isEmpty()) {
        conditions.add(new ConditionPart(Words.of(condition), rows));
      }
      for (CopySolver solver : results.solvers()) {
        results.cells(pair, condition, solver, Split.TEST).forEach(c -> digests.add(row(c)));
      }
    }
    return new PairPart(
        number,
        pair.sender().getName(),
        pair.receiver().getName(),
        pair.kind().text(),
        open,
        Means.of(results, List.of(pair), Split.TEST),
        Means.of(results, List.of(pair), Split.TRAIN),
        more(results, List.of(pair)),
        conditions,
        digests);
  }

  /** Tables that are folded away; those without numbers are left out. */
  private static List<MorePart> more(Results results, List<Pair> pairs) {
    return Stream.of(
            new MorePart("Geometry and later cuts", Means.geometry(results, pairs, Split.TEST)),
            new MorePart("Controls", Means.controls(results, pairs, Split.TEST)))
        .filter(part -> part.means().measured())
        .toList();
  }

  /** What verdicts mean, with their numbers. */
  private static List<String> thresholds() {
    return List.of(
        String.format(
            Locale.ROOT,
            "A stitch works in a cell if it keeps %.0f %% of what the receiver's accuracy is above chance.",
            100 * Verdict.WORKS),
        String.format(
            Locale.ROOT,
            "It matches with at least %.0f %% of the copy's R², in part with %.0f %%; the copy, of the same shape, shows how much can be matched.",
            100 * Verdict.MATCHES_FROM,
            100 * Verdict.PARTLY_FROM),
        String.format(
            Locale.ROOT,
            "Below an R² of the copy of %.1f nothing of this shape can match. A receiver less than %.2f above chance, as random ones are, has nothing to keep.",
            Verdict.COPIES,
            Verdict.KNOWS));
  }

  private static List<MapRow> rows(Pair pair, Condition condition, List<Drawing> drawings) {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (Drawing drawing : drawings) {
      if (drawing.pair().equals(pair) && drawing.condition() == condition) {
        rows.computeIfAbsent(drawing.row(), absent -> new ArrayList<>()).add(drawing.svg());
      }
    }
    return rows.values().stream().map(MapRow::new).toList();
  }

  private static DigestRow row(Cell cell) {
    return new DigestRow(
        Words.text(cell.place().getCondition()),
        cell.place().getSenderCut(),
        cell.place().getReceiverCut(),
        Words.of(cell.place().getCopySolver()),
        Long.toUnsignedString(cell.place().getSeed()),
        cell.comparison().hex());
  }

  private static String facts(WriteReport report, Results results) {
    long names = report.getNetworkList().stream().map(ReportNetwork::getName).distinct().count();
    List<String> datasets =
        report.getNetworkList().stream().map(ReportNetwork::getDataset).distinct().toList();
    return String.join(
        " · ",
        String.join(", ", datasets),
        count(names, "network"),
        count(results.pairs().size(), "ordered pair"),
        count(results.conditions().size(), "condition"),
        count(report.getCellCount(), "cell"),
        count(seeds(report), "stitch seed"));
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
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

  private static Template template() {
    return Mustache.compiler()
        .escapeHTML(true)
        .strictSections(true)
        .withLoader(ReportPage::resource)
        .compile(resource("report"));
  }

  private static Reader resource(String name) {
    String file = name + ".html.mustache";
    try (InputStream in = ReportPage.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is missing from the jar");
      }
      return new StringReader(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
