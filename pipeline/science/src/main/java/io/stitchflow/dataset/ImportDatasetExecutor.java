package io.stitchflow.dataset;

import io.stitchflow.dataset.Stratified.Part;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.NetworkInputs.Scale;
import io.stitchflow.v1.ExampleNormalization;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.SplitExamples;
import java.io.IOException;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a data set's splits as Arrow files of examples and labels: {@code train} and {@code test},
 * and {@code validation} if the action asks for one. Their metadata say what networks normalise
 * examples by, if the action does.
 */
public final class ImportDatasetExecutor implements StageExecutor {
  // Train's part of the work, roughly, while both splits are written
  private static final double TRAIN_SHARE = 5. / 6;

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      int done = i;
      execute(runs.get(i), share -> progress.accept((done + share) / runs.size()));
    }
  }

  private static void execute(StageRun run, DoubleConsumer progress) throws IOException {
    ImportDataset parameters = run.action().getImportDataset();
    SplitExamples split = parameters.getSplit();
    LabelledExamples train = examples(run, "train");
    Part[] parts =
        parameters.hasSplit()
            ? Stratified.assign(train.labels(), train.classes(), split)
            : new Part[0];
    @Nullable Scale scale = scale(parameters.getNormalization(), train, parts);
    DoubleConsumer onTrain = share -> progress.accept(TRAIN_SHARE * share);
    if (parameters.hasSplit()) {
      divide(train, parts, scale, run, onTrain);
    } else {
      write(run, "train", train, scale, onTrain);
    }
    if (split.getTest() == 0) {
      write(
          run,
          "test",
          examples(run, "test"),
          scale,
          share -> progress.accept(TRAIN_SHARE + (1 - TRAIN_SHARE) * share));
    }
    progress.accept(1);
  }

  private static LabelledExamples examples(StageRun run, String split) throws IOException {
    return DatasetKinds.of(run.action().getImportDataset()).examples(run, split);
  }

  /**
   * What the action says of normalisation; null if nothing.
   *
   * @param parts of the examples, by row; empty where all are trained on
   */
  private static @Nullable Scale scale(
      ExampleNormalization normalization, LabelledExamples train, Part[] parts) throws IOException {
    if (normalization.getFromTrain()) {
      ChannelMoments moments = new ChannelMoments(train);
      int[] row = {0};
      train.write(
          (example, label) -> {
            if (parts.length == 0 || parts[row[0]] == Part.TRAIN) {
              moments.write(example, label);
            }
            row[0]++;
          },
          share -> {});
      return moments.scale();
    }
    return normalization.getMeanCount() == 0
        ? null
        : new Scale(normalization.getMeanList(), normalization.getStdList());
  }

  private static void write(
      StageRun run,
      String split,
      LabelledExamples examples,
      @Nullable Scale scale,
      DoubleConsumer progress)
      throws IOException {
    try (ExampleWriter writer = ExampleWriter.create(run.output(split), examples, scale)) {
      examples.write(writer, progress);
    }
  }

  private static void divide(
      LabelledExamples examples,
      Part[] parts,
      @Nullable Scale scale,
      StageRun run,
      DoubleConsumer progress)
      throws IOException {
    SplitExamples split = run.action().getImportDataset().getSplit();
    try (SplitWriter writer = new SplitWriter(parts)) {
      writer.add(Part.TRAIN, run.output("train"), examples, scale);
      if (split.getValidation() > 0) {
        writer.add(Part.VALIDATION, run.output("validation"), examples, scale);
      }
      if (split.getTest() > 0) {
        writer.add(Part.TEST, run.output("test"), examples, scale);
      }
      examples.write(writer, progress);
    }
  }
}
