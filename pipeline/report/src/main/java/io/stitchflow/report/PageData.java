package io.stitchflow.report;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stitchflow.comparison.Metric;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellKey;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Column;
import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.NetworkRow;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Region;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Split;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Verdict;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.TrainingCurve;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What the page's script draws from: blocks of text, each gzipped and in base64. The block {@code
 * index} is JSON with the networks, pairs and quantities and, for each comparison, the place of its
 * cell, as indices into lists. The others have one line a comparison: {@code digests}, {@code
 * training} the losses of its vanilla stitch by start, and {@code vanilla_accuracy/test} the
 * numbers of a quantity on a split, with four significant digits, or empty where it was not
 * measured. What is the same on two splits is a block once.
 */
final class PageData {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DIGITS = 4;

  /** Those of validation examples would add a third to the page; files have them. */
  private static final List<Split> SPLITS = List.of(Split.TEST, Split.TRAIN);

  private static final List<Verdict> VERDICTS = List.of(Verdict.values());
  private static final List<Region> REGIONS = List.of(Region.values());

  /** One block. */
  record Block(String name, String base64) {
    private static Block of(String name, String text) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new Smallest(bytes)) {
        gzip.write(text.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Block(name, Base64.getEncoder().encodeToString(bytes.toByteArray()));
    }
  }

  /** Takes longer for a page that is a little smaller. */
  private static final class Smallest extends GZIPOutputStream {
    Smallest(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }

  /** The rows of one comparison, by split. */
  private record Compared(ReportCell place, Map<Split, Cell> rows) {
    Cell any() {
      return rows.values().iterator().next();
    }
  }

  private final List<Compared> compared;
  private final Results results;
  private final List<Metric> metrics;

  /** Names of blocks that the page lacks, since others have the same text. */
  private final Map<String, String> same = new TreeMap<>();

  private PageData(CellTable table, Results results) {
    this.compared = compared(table);
    this.results = results;
    this.metrics = table.metrics();
  }

  /**
   * The blocks of a page.
   *
   * @param table of all objectives
   * @param results of the first, which verdicts are about
   */
  static List<Block> of(
      CellTable table, Results results, List<NetworkRow> networks, StitchTraining training) {
    PageData data = new PageData(table, results);
    List<Block> columns = data.columns();
    List<Block> blocks = new ArrayList<>();
    blocks.add(Block.of("index", data.index(networks, training).toString()));
    blocks.add(
        Block.of(
            "digests",
            data.compared.stream()
                .map(each -> each.any().comparison().hex())
                .collect(joining("\n"))));
    blocks.add(
        Block.of(
            "training",
            data.compared.stream()
                .map(each -> text(training.curves().getOrDefault(each.place(), List.of())))
                .collect(joining("\n"))));
    blocks.addAll(columns);
    return blocks;
  }

  /** In their order; the rows of a comparison follow each other. */
  private static List<Compared> compared(CellTable table) {
    List<Compared> compared = new ArrayList<>();
    for (Cell cell : table.cells()) {
      Compared last = compared.isEmpty() ? null : compared.get(compared.size() - 1);
      if (last == null || !last.place().equals(cell.place())) {
        last = new Compared(cell.place(), new EnumMap<>(Split.class));
        compared.add(last);
      }
      last.rows().put(cell.split(), cell);
    }
    return compared;
  }

  /** Of each quantity its splits, the last first; {@link #same} has those that repeat another. */
  private List<Block> columns() {
    List<Block> blocks = new ArrayList<>();
    for (Quantity quantity : quantities()) {
      Map<String, String> names = new HashMap<>();
      for (Split split : SPLITS) {
        String lines =
            compared.stream()
                .map(each -> text(quantity, each.rows().get(split)))
                .collect(joining("\n"));
        String name = quantity.name() + "/" + split.text();
        String first = names.putIfAbsent(lines, name);
        if (first != null) {
          same.put(name, first);
        } else if (!lines.isBlank()) {
          blocks.add(Block.of(name, lines));
        }
      }
    }
    return blocks;
  }

  private List<Quantity> quantities() {
    return Column.quantities(metrics);
  }

  private static String text(Quantity quantity, @Nullable Cell cell) {
    if (cell == null) {
      return "";
    }
    if (quantity.form() != Quantity.Form.SERIES) {
      Double number = cell.number(quantity);
      return number == null ? "" : text(number);
    }
    return cell.values().series(quantity.name()).entrySet().stream()
        .map(point -> point.getKey() + "=" + text(point.getValue()))
        .collect(joining(";"));
  }

  private static String text(List<TrainingCurve> byStart) {
    return byStart.stream()
        .map(curve -> losses(curve).map(PageData::text).collect(joining(";")))
        .collect(joining("|"));
  }

  /** Before the first epoch, and of each: measured after it, or else the mean over its steps. */
  private static Stream<Double> losses(TrainingCurve curve) {
    List<Double> measured = curve.getDecisiveList();
    return measured.size() > curve.getLossCount()
        ? measured.stream()
        : Stream.concat(measured.stream().limit(1), curve.getLossList().stream());
  }

  private static String text(double number) {
    return Double.isNaN(number) ? "" : Numbers.significant(number, DIGITS);
  }

  private ObjectNode index(List<NetworkRow> networks, StitchTraining training) {
    ObjectNode index = JSON.createObjectNode();
    index.put("chance", results.chance().accuracy());
    index.put("largestCopyDrop", Cell.LARGEST_COPY_DROP);
    for (Condition condition : results.conditions()) {
      named(index.withArray("conditions"), Words.text(condition), Words.of(condition));
    }
    for (CopySolver solver : results.solvers()) {
      named(index.withArray("solvers"), Words.text(solver), Words.of(solver));
    }
    training.starts().forEach(start -> index.withArray("starts").add(Words.text(start)));
    VERDICTS.forEach(verdict -> add(index.withArray("verdicts"), verdict));
    REGIONS.forEach(region -> index.withArray("regions").add(region.text()));
    results.pairs().forEach(pair -> add(index.withArray("pairs"), pair));
    quantities().forEach(quantity -> add(index.withArray("quantities"), quantity));
    networks.forEach(row -> add(index.withArray("networks"), row));
    ObjectNode repeated = index.putObject("same");
    same.forEach(repeated::put);
    addCells(index);
    return index;
  }

  private static ObjectNode named(ArrayNode array, String name, String title) {
    return array.addObject().put("name", name).put("title", title);
  }

  private void add(ArrayNode array, Pair pair) {
    ObjectNode object = array.addObject();
    object.put("sender", pair.sender().getName()).put("receiver", pair.receiver().getName());
    results.senderCuts(pair).forEach(object.withArray("senderCuts")::add);
    results.receiverCuts(pair).forEach(object.withArray("receiverCuts")::add);
    ObjectNode kinds = object.putObject("kinds");
    for (Condition condition : results.conditions()) {
      if (!results.distinct(List.of(pair), condition).isEmpty()) {
        kinds.put(Words.text(condition), results.kind(pair, condition).brief());
      }
    }
  }

  private static void add(ArrayNode array, Verdict verdict) {
    array
        .addObject()
        .put("name", Words.text(verdict))
        .put("text", verdict.text())
        .put("brief", verdict.brief())
        .put("color", verdict.color())
        .put("judged", verdict.judged())
        .put("hasMatchingStitch", verdict.hasMatchingStitch());
  }

  private static void add(ArrayNode array, Quantity quantity) {
    ObjectNode object = named(array, quantity.name(), title(quantity));
    object.put("form", Words.text(quantity.form()));
    object.put("better", Words.text(quantity.better()));
    object.put("mean", Statistic.of(quantity) == Statistic.MEAN);
    object.put("stitched", Words.text(quantity.stitched()));
    if (Double.isFinite(quantity.range().from())) {
      object.put("from", quantity.range().from());
    }
    if (Double.isFinite(quantity.range().to())) {
      object.put("to", quantity.range().to());
    }
  }

  private static String title(Quantity quantity) {
    return Objects.requireNonNullElse(quantity.display().map(), quantity.title());
  }

  private static void add(ArrayNode array, NetworkRow row) {
    ObjectNode object = array.addObject().put("name", row.name());
    object.put("random", row.network().getRandom());
    row.curve().getLossList().forEach(loss -> object.withArray("loss").add(loss));
    row.curve().getValidationList().forEach(loss -> object.withArray("validation").add(loss));
  }

  /** The place of each comparison, as indices. */
  private void addCells(ObjectNode index) {
    List<String> objectives = List.copyOf(distinct(ReportCell::getObjective));
    List<String> seeds = List.copyOf(distinct(place -> Long.toUnsignedString(place.getSeed())));
    objectives.forEach(index.withArray("objectives")::add);
    seeds.forEach(index.withArray("seeds")::add);
    Map<List<String>, Integer> pairs = new HashMap<>();
    for (Pair pair : results.pairs()) {
      pairs.put(List.of(pair.sender().getName(), pair.receiver().getName()), pairs.size());
    }
    Map<CellKey, Verdict> verdicts = verdicts();
    ObjectNode cells = index.putObject("cells");
    for (Compared each : compared) {
      ReportCell place = each.place();
      int number =
          Objects.requireNonNull(pairs.get(List.of(place.getSender(), place.getReceiver())));
      Pair pair = results.pairs().get(number);
      cells.withArray("pair").add(number);
      cells.withArray("condition").add(results.conditions().indexOf(place.getCondition()));
      cells.withArray("senderCut").add(results.senderCuts(pair).indexOf(place.getSenderCut()));
      cells
          .withArray("receiverCut")
          .add(results.receiverCuts(pair).indexOf(place.getReceiverCut()));
      cells
          .withArray("region")
          .add(REGIONS.indexOf(pair.region(place.getSenderCut(), place.getReceiverCut())));
      cells.withArray("objective").add(objectives.indexOf(place.getObjective()));
      cells.withArray("solver").add(results.solvers().indexOf(place.getCopySolver()));
      cells.withArray("seed").add(seeds.indexOf(Long.toUnsignedString(place.getSeed())));
      Verdict verdict = verdicts.get(CellKey.of(each.any()));
      cells.withArray("verdict").add(verdict == null ? -1 : VERDICTS.indexOf(verdict));
    }
  }

  private Set<String> distinct(Function<ReportCell, String> field) {
    return compared.stream()
        .map(each -> field.apply(each.place()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private Map<CellKey, Verdict> verdicts() {
    Map<CellKey, Verdict> verdicts = new LinkedHashMap<>();
    for (Condition condition : results.conditions()) {
      for (Pair pair : results.pairs()) {
        for (JudgedCell cell : results.judged(pair, condition)) {
          verdicts.put(CellKey.of(cell.rows().get(0)), cell.verdict());
        }
      }
    }
    return verdicts;
  }
}
