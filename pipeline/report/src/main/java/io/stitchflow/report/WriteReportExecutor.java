package io.stitchflow.report;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageRun;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Chance;
import io.stitchflow.report.cells.ClassCounts;
import io.stitchflow.report.cells.NetworkRow;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.report.figure.Drawing;
import io.stitchflow.report.figure.TerminalMatrices;
import io.stitchflow.stage.ReportWriter;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.WriteReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.Stream;

/**
 * Writes an experiment's report from its comparisons.
 *
 * <p>Inputs: {@code train} and {@code test}, of which only labels are read; {@code training[i]} and
 * {@code network[i]} of each network, the latter only compared by digest, or {@code
 * representation[i,j]} of a sender without a network, likewise; {@code comparison[i]} of each cell
 * and {@code stitch_training[i,j]} of its vanilla stitch from each start, in the order of the
 * action's fields. Outputs: {@code report.html}, {@code answer.txt}, {@code answer.csv}, {@code
 * answer.svg}, {@code front.svg}, {@code cells.csv}, {@code cells.arrow}, {@code matrices.ansi} for
 * terminals and one SVG a heat map, such as {@code
 * heatmaps/a_b.trained_trained.vanilla_accuracy.svg}. {@code cells.*} are of all objectives of
 * vanilla stitches, and the page compares them; all else is of the first. The bytes depend on the
 * action and, for what the page has compressed, on zlib.
 */
public final class WriteReportExecutor implements ReportWriter {
  /** Reading is the longer part where there are many cells. */
  private static final double SHARE_OF_READING = 0.6;

  private static final int CELLS_A_NOTICE = 500;

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      double done = i;
      write(runs.get(i), share -> progress.accept((done + share) / runs.size()));
    }
  }

  private static void write(StageRun run, DoubleConsumer progress) throws IOException {
    if (!run.action().hasWriteReport()) {
      throw new IllegalArgumentException(
          "not a report: " + run.action().getParametersCase() + "; expected WRITE_REPORT");
    }
    WriteReport report = run.action().getWriteReport();
    Map<String, Digest> digests = new HashMap<>();
    for (Input input : run.action().getInputList()) {
      digests.put(input.getRole(), Digest.from(input.getDigest()));
    }
    Chance chance = Chance.of(ClassCounts.read(run.input("test")));
    CellTable all = readCells(run, report, digests, progress);
    List<NetworkRow> networks = readNetworks(run, report, digests, chance);
    progress.accept(SHARE_OF_READING);

    all.write(file(run, "cells.csv"));
    all.writeArrow(file(run, "cells.arrow"));
    List<String> objectives =
        report.getCellList().stream().map(ReportCell::getObjective).distinct().toList();
    CellTable table = objectives.isEmpty() ? all : all.of(objectives.get(0));
    Results results = new Results(report, table, networks, chance);
    Files.writeString(
        file(run, "matrices.ansi"), TerminalMatrices.of(table, results), StandardCharsets.UTF_8);
    List<Drawing> drawings = Drawing.all(results);
    for (Drawing drawing : drawings) {
      Files.writeString(file(run, drawing.file()), drawing.svg(), StandardCharsets.UTF_8);
    }
    Answer answer = Answer.of(results);
    Map<String, Answer> answersByObjective = new LinkedHashMap<>();
    for (String objective : objectives) {
      Results ofObjective = new Results(report, all.of(objective), networks, chance);
      answersByObjective.put(objective, Answer.of(ofObjective));
    }
    boolean hasPublished = Published.isOf(report.getNetworkList());
    AnswerCsv.write(answer, hasPublished, file(run, "answer.csv"));
    AnswerTable answers =
        AnswerTable.of(
            answer,
            Headline.of(answer, report.getVanilla()),
            Stream.of(
                    Headline.missingCells(report),
                    Headline.otherObjectives(report.getVanilla()),
                    Headline.notes(answer, networks))
                .flatMap(List::stream)
                .toList(),
            hasPublished);
    Files.writeString(file(run, "answer.txt"), answers.text(answer), StandardCharsets.UTF_8);
    String plot = AnswerPlot.draw(answer);
    if (!plot.isEmpty()) {
      Files.writeString(file(run, "answer.svg"), plot, StandardCharsets.UTF_8);
    }
    String front = FrontPlot.draw(answer);
    if (!front.isEmpty()) {
      Files.writeString(file(run, "front.svg"), front, StandardCharsets.UTF_8);
    }
    List<ReportPage.SplitRow> splits =
        Stream.of("train", "test")
            .map(split -> new ReportPage.SplitRow(split, digest(digests, split).hex()))
            .toList();
    ReportPage.Content content =
        new ReportPage.Content(
            report,
            splits,
            networks,
            all,
            readStitchTraining(run, report, digests),
            results,
            answers,
            ObjectiveTable.of(answersByObjective),
            plot,
            front,
            table.measuredMetrics());
    Files.writeString(file(run, "report.html"), ReportPage.of(content), StandardCharsets.UTF_8);
    progress.accept(1);
  }

  private static CellTable readCells(
      StageRun run, WriteReport report, Map<String, Digest> digests, DoubleConsumer progress)
      throws IOException {
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < report.getCellCount(); i++) {
      String role = "comparison[" + i + "]";
      Comparison comparison = parse(run, role, Comparison.parser());
      cells.addAll(CellTable.rows(report.getCell(i), comparison, digest(digests, role)));
      if (i % CELLS_A_NOTICE == 0) {
        progress.accept(SHARE_OF_READING * i / report.getCellCount());
      }
    }
    return new CellTable(Shared.fill(cells));
  }

  private static StitchTraining readStitchTraining(
      StageRun run, WriteReport report, Map<String, Digest> digests) throws IOException {
    Map<ReportCell, List<TrainingCurve>> curves = new HashMap<>();
    for (int i = 0; i < report.getCellCount(); i++) {
      List<TrainingCurve> byStart = new ArrayList<>();
      for (int start = 0; ; start++) {
        String role = "stitch_training[" + i + "," + start + "]";
        if (!digests.containsKey(role)) {
          break;
        }
        byStart.add(parse(run, role, TrainingCurve.parser()));
      }
      curves.put(report.getCell(i), byStart);
    }
    return new StitchTraining(report.getVanilla().getInitializationList(), curves);
  }

  private static List<NetworkRow> readNetworks(
      StageRun run, WriteReport report, Map<String, Digest> digests, Chance chance)
      throws IOException {
    List<NetworkRow> rows = new ArrayList<>();
    for (int i = 0; i < report.getNetworkCount(); i++) {
      ReportNetwork network = report.getNetwork(i);
      if (network.getWithoutNetwork()) {
        rows.add(NetworkRow.ofSender(network, sent(digests, i), chance));
        continue;
      }
      String role = "training[" + i + "]";
      TrainingCurve curve = parse(run, role, TrainingCurve.parser());
      rows.add(
          NetworkRow.of(
              network,
              curve,
              digest(digests, "network[" + i + "]").hex(),
              digest(digests, role).hex(),
              chance(run, digests, i, chance)));
    }
    return rows;
  }

  /** Of the network's own data set; of one without, the experiment's. */
  private static Chance chance(
      StageRun run, Map<String, Digest> digests, int network, Chance experiment)
      throws IOException {
    String role = "test[" + network + "]";
    return digests.containsKey(role) ? Chance.of(ClassCounts.read(run.input(role))) : experiment;
  }

  /** Of all representations that a sender without a network sends. */
  private static String sent(Map<String, Digest> digests, int network) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int cut = 0; ; cut++) {
      Digest digest = digests.get("representation[" + network + "," + cut + "]");
      if (digest == null) {
        return Digest.of(all.toByteArray()).hex();
      }
      all.writeBytes(digest.bytes().toByteArray());
    }
  }

  private static <M extends Message> M parse(StageRun run, String role, Parser<M> parser)
      throws IOException {
    Path file = run.input(role);
    try {
      return parser.parseFrom(Files.readAllBytes(file));
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("input '" + role + "' of the report cannot be parsed", e);
    }
  }

  private static Digest digest(Map<String, Digest> digests, String role) {
    Digest digest = digests.get(role);
    if (digest == null) {
      throw new IllegalArgumentException("the report's action lacks its input " + role);
    }
    return digest;
  }

  private static Path file(StageRun run, String name) throws IOException {
    Path file = run.output(name);
    Path directory = file.getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    return file;
  }
}
