package io.stitchflow.report;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageRun;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A report to write: blobs as files in a directory, outputs in another. */
public final class FakeRun implements StageRun {
  private final Path directory;
  private final WriteReport.Builder report = WriteReport.newBuilder();
  private final Map<String, byte[]> blobs = new TreeMap<>();

  /** Of a data set of ten classes, all as frequent as each other. */
  public FakeRun(Path directory, String experiment) throws IOException {
    this.directory = directory;
    report.setExperiment(experiment);
    report.getVanillaBuilder().addInitialization(Initialization.KAIMING);
    report.getVanillaBuilder().getRecipeBuilder().setEpochs(6);
    labels("train", 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
    labels("test", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  /** How many examples of each class a split of the data set has. */
  public FakeRun labels(String split, int... counts) throws IOException {
    blobs.put(split, Fixtures.split(directory, counts));
    return this;
  }

  public FakeRun add(ReportNetwork network, TrainingCurve curve) {
    return add(network, curve, "weights " + report.getNetworkCount());
  }

  public FakeRun add(ReportNetwork network, TrainingCurve curve, String weights) {
    int i = report.getNetworkCount();
    blobs.put("training[" + i + "]", curve.toByteArray());
    blobs.put("network[" + i + "]", weights.getBytes(StandardCharsets.UTF_8));
    report.addNetwork(network);
    return this;
  }

  /** A sender without a network. */
  public FakeRun addSender(ReportNetwork sender) {
    int i = report.getNetworkCount();
    for (int cut = 0; cut < sender.getCutCount(); cut++) {
      String sent = sender.getName() + "/" + sender.getCut(cut);
      blobs.put("representation[" + i + "," + cut + "]", sent.getBytes(StandardCharsets.UTF_8));
    }
    report.addNetwork(sender);
    return this;
  }

  public FakeRun add(ReportCell cell, Comparison comparison) {
    return add(cell, comparison, List.of(2.25, 1.5, 1.125));
  }

  /**
   * A cell.
   *
   * @param losses of its vanilla stitch: before its training, and the mean of each epoch
   */
  public FakeRun add(ReportCell cell, Comparison comparison, List<Double> losses) {
    return add(
        cell,
        comparison,
        TrainingCurve.newBuilder()
            .addAllLoss(losses.subList(1, losses.size()))
            .addDecisive(losses.get(0))
            .addDecisive(losses.get(losses.size() - 1) / 2)
            .build());
  }

  /**
   * A cell.
   *
   * @param curve of its vanilla stitch
   */
  public FakeRun add(ReportCell cell, Comparison comparison, TrainingCurve curve) {
    blobs.put("comparison[" + report.getCellCount() + "]", comparison.toByteArray());
    blobs.put("stitch_training[" + report.getCellCount() + ",0]", curve.toByteArray());
    report.addCell(cell);
    return this;
  }

  /** Of all inputs but the training of stitches, as hexadecimal digits. */
  public List<String> digests() {
    return blobs.entrySet().stream()
        .filter(input -> !input.getKey().startsWith("stitch_training"))
        .map(input -> Digest.of(input.getValue()).hex())
        .toList();
  }

  @Override
  public Action action() {
    Action.Builder action = Action.newBuilder().setVersion(1).setWriteReport(report);
    blobs.forEach(
        (role, bytes) ->
            action.addInput(Input.newBuilder().setRole(role).setDigest(Digest.of(bytes).bytes())));
    return action.build();
  }

  @Override
  public Path input(String role) throws IOException {
    byte[] bytes = blobs.get(role);
    if (bytes == null) {
      throw new IllegalArgumentException("no input " + role);
    }
    Path file = directory.resolve("in").resolve(Digest.of(bytes).hex());
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  @Override
  public Path output(String name) throws IOException {
    return directory.resolve("out").resolve(name);
  }

  public Path out() {
    return directory.resolve("out");
  }
}
