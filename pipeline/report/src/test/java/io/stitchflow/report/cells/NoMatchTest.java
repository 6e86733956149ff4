package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.comparison.Front;
import io.stitchflow.content.Digest;
import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.representation.CollectRepresentationExecutor;
import io.stitchflow.stitch.CollectCrossMomentsExecutor;
import io.stitchflow.stitch.CollectGramExecutor;
import io.stitchflow.stitch.FitVanillaStitchExecutor;
import io.stitchflow.stitch.SolveCopyStitchExecutor;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.tensors.TensorFileWriter;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CollectCrossMoments;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cell in which no match exists: the sender knows the class of each image and nothing else of it,
 * and the receiver's first cut holds the whole image.
 */
final class NoMatchTest {
  private static final int CLASSES = 10;
  private static final List<Integer> SENT = List.of(16, 4, 4);
  private static final List<Integer> EXPECTED = List.of(8, 32, 32);
  private static final String FROM = "layer3.0";
  private static final String TO = "stem";

  @TempDir Path directory;
  private int stages;

  @Test
  void judge_senderOfClassMeansAndNoise_worksWhereNoTestedCopyMatches() throws IOException {
    Path images =
        run(
            new ImportDatasetExecutor(),
            Action.newBuilder()
                .setImportDataset(
                    ImportDataset.newBuilder()
                        .setSynthetic(
                            Synthetic.newBuilder()
                                .setTrainExamples(500)
                                .setTestExamples(300)
                                .setNoise(4)
                                .setSeed(1))),
            Map.of());
    Path trained =
        run(
            new TrainNetworkExecutor(),
            Action.newBuilder()
                .setTrainNetwork(
                    TrainNetwork.newBuilder()
                        .addAllBlocks(List.of(1, 1, 1, 1))
                        .setWidth(8)
                        .setRecipe(
                            TrainingRecipe.newBuilder()
                                .setEpochs(10)
                                .setBatchSize(32)
                                .setLearningRate(0.05)
                                .setMomentum(0.9)
                                .setWeightDecay(5e-4)
                                .setWarmup(0.1))
                        .setSeed(1)),
            Map.of("train", images.resolve("train"), "test", images.resolve("test")));
    Path network = trained.resolve("network");
    Path expected = representation(network, images.resolve("train"));
    Path unseen = representation(network, images.resolve("test"));
    Path sent = classMeansAndNoise(expected, 1);
    Path sentUnseen = classMeansAndNoise(unseen, 2);
    Path copy = copy(sent, expected);
    Path vanilla = vanilla(sent, network, copy);
    Path outputs =
        run(
            new CompareStitchesExecutor(),
            Action.newBuilder()
                .setCompareStitches(
                    CompareStitches.newBuilder()
                        .setSenderCut(FROM)
                        .setReceiverCut(TO)
                        .addAllMetric(
                            List.of("accuracy", "mse", "front", "ladder", "probe", "controls"))
                        .setSeed(1)),
            Map.of(
                "vanilla",
                vanilla,
                "copy",
                copy,
                "sender.train",
                sent,
                "sender.test",
                sentUnseen,
                "receiver.train",
                expected,
                "receiver.test",
                unseen,
                "network",
                network,
                "sender.predictions",
                trained.resolve("predictions"),
                "receiver.predictions",
                trained.resolve("predictions")));
    Comparison comparison = Comparison.parseFrom(Files.readAllBytes(outputs.resolve("comparison")));
    List<Cell> rows =
        Shared.fill(
            CellTable.rows(
                Fixtures.place(Condition.TRAINED_TRAINED, "a", FROM, "b", TO),
                comparison,
                Digest.of(new byte[0])));
    List<Cell> test = rows.stream().filter(row -> row.split() == Split.TEST).toList();
    assertThat(test).singleElement().isNotNull();
    Cell cell = test.get(0);
    assertThat(cell.values().number("probe_accuracy")).isEqualTo(1);
    assertThat(cell.r2Copy()).isLessThan(Front.COPIES);
    Pair pair =
        new Pair(
            Fixtures.network("a", 1, false, 1, 1, 1, 1),
            Fixtures.network("b", 2, false, 1, 1, 1, 1));
    JudgedCell judged = JudgedCell.of(pair, test, new Chance(1. / CLASSES));
    assertThat(judged.verdict())
        .as("%s", cell.values().numbers())
        .isEqualTo(Verdict.NOTHING_MATCHES);
  }

  private Path representation(Path network, Path images) throws IOException {
    return run(
            new CollectRepresentationExecutor(),
            Action.newBuilder()
                .setCollectRepresentation(
                    CollectRepresentation.newBuilder().setCut(TO).setDtype(ElementType.FLOAT32)),
            Map.of("network", network, "dataset", images))
        .resolve("representation");
  }

  /** Normal noise about a mean map for each class, with the labels of {@code like}. */
  private Path classMeansAndNoise(Path like, long seed) throws IOException {
    int elements = SENT.stream().reduce(1, Math::multiplyExact);
    SplittableRandom ofMeans = new SplittableRandom(7);
    double[] means = ofMeans.doubles((long) CLASSES * elements).map(at -> 4 * at - 2).toArray();
    SplittableRandom noise = new SplittableRandom(seed);
    Path file = directory.resolve("sender" + seed);
    try (TensorFile labelled = TensorFile.open(like);
        TensorFileWriter writer =
            TensorFileWriter.create(
                file,
                "representation",
                SENT,
                List.of("C", "H", "W"),
                Element.FLOAT32,
                CLASSES,
                new TreeMap<>())) {
      ByteBuffer rows =
          ByteBuffer.allocate(labelled.rows() * elements * Float.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      int[] labels = new int[labelled.rows()];
      for (int row = 0; row < labelled.rows(); row++) {
        int label = labelled.label(row);
        labels[row] = label;
        for (int i = 0; i < elements; i++) {
          rows.putFloat((float) (means[label * elements + i] + 0.3 * noise.nextGaussian()));
        }
      }
      writer.write(rows.flip(), labels);
    }
    return file;
  }

  private Path copy(Path sent, Path expected) throws IOException {
    Path gram =
        run(
            new CollectGramExecutor(),
            Action.newBuilder()
                .setCollectGram(CollectGram.newBuilder().addAllWindow(List.of(1, 1))),
            Map.of("sender", sent));
    Path cross =
        run(
            new CollectCrossMomentsExecutor(),
            Action.newBuilder()
                .setCollectCrossMoments(CollectCrossMoments.newBuilder().setFamily("upsampled")),
            Map.of("sender", sent, "receiver", expected));
    return run(
            new SolveCopyStitchExecutor(),
            Action.newBuilder()
                .setSolveCopyStitch(
                    SolveCopyStitch.newBuilder()
                        .setSenderCut(FROM)
                        .setReceiverCut(TO)
                        .setFamily("upsampled")
                        .addAllSenderShape(SENT)
                        .addAllReceiverShape(EXPECTED)
                        .setTolerance(1e-12)),
            Map.of("gram", gram.resolve("moments"), "cross", cross.resolve("moments")))
        .resolve("stitch");
  }

  private Path vanilla(Path sent, Path network, Path copy) throws IOException {
    Path gram =
        run(
            new CollectGramExecutor(),
            Action.newBuilder()
                .setCollectGram(CollectGram.newBuilder().addAllWindow(List.of(1, 1))),
            Map.of("sender", sent));
    return run(
            new FitVanillaStitchExecutor(),
            Action.newBuilder()
                .setFitVanillaStitch(
                    FitVanillaStitch.newBuilder()
                        .setSenderCut(FROM)
                        .setReceiverCut(TO)
                        .setFamily("upsampled")
                        .setObjective("task")
                        .setRecipe(
                            StitchRecipe.newBuilder()
                                .setEpochs(12)
                                .setBatchSize(16)
                                .setLearningRate(0.02)
                                .setMomentum(0.9)
                                .setWhiten(true))
                        .setInitialization(Initialization.COPY)
                        .setSeed(3)),
            Map.of(
                "sender",
                sent,
                "network",
                network,
                "start",
                copy,
                "sender.gram",
                gram.resolve("moments")))
        .resolve("stitch");
  }

  /** Runs one stage; its outputs lie in the directory returned. */
  private Path run(StageExecutor executor, Action.Builder action, Map<String, Path> inputs)
      throws IOException {
    Path outputs = Files.createDirectory(directory.resolve("stage" + stages++));
    for (Map.Entry<String, Path> input : new TreeMap<>(inputs).entrySet()) {
      action.addInput(
          Input.newBuilder()
              .setRole(input.getKey())
              .setDigest(Digest.of(input.getValue()).bytes()));
    }
    executor.execute(List.of(new Run(action.build(), inputs, outputs)), share -> {});
    return outputs;
  }

  /** A stage with its files. */
  private record Run(Action action, Map<String, Path> inputs, Path outputs) implements StageRun {
    @Override
    public Path input(String role) {
      Path file = inputs.get(role);
      if (file == null) {
        throw new IllegalArgumentException("no input '" + role + "'");
      }
      return file;
    }

    @Override
    public Path output(String name) {
      return outputs.resolve(name);
    }
  }
}
