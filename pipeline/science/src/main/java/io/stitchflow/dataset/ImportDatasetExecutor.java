package io.stitchflow.dataset;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.v1.SplitExamples;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Writes a data set's splits as Arrow files of images [channels, height, width], uint8, and labels:
 * {@code train} and {@code test}, and {@code validation} if the action asks for one.
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
    SplitExamples split = run.action().getImportDataset().getSplit();
    boolean ownTest = split.getTest() == 0;
    DoubleConsumer onTrain = share -> progress.accept(TRAIN_SHARE * share);
    if (run.action().getImportDataset().hasSplit()) {
      divide(images(run, "train"), split, run, onTrain);
    } else {
      write(images(run, "train"), run.output("train"), onTrain);
    }
    if (ownTest) {
      write(
          images(run, "test"),
          run.output("test"),
          share -> progress.accept(TRAIN_SHARE + (1 - TRAIN_SHARE) * share));
    }
    progress.accept(1);
  }

  private static Images images(StageRun run, String split) throws IOException {
    return DatasetKinds.of(run.action().getImportDataset()).images(run, split);
  }

  private static void write(Images images, Path file, DoubleConsumer progress) throws IOException {
    try (ImageWriter writer = ImageWriter.create(file, images)) {
      images.write(writer, progress);
    }
  }

  private static void divide(
      Images images, SplitExamples split, StageRun run, DoubleConsumer progress)
      throws IOException {
    Stratified.Part[] parts = Stratified.assign(images.labels(), images.classes(), split);
    try (SplitWriter writer = new SplitWriter(parts)) {
      writer.add(Stratified.Part.TRAIN, run.output("train"), images);
      if (split.getValidation() > 0) {
        writer.add(Stratified.Part.VALIDATION, run.output("validation"), images);
      }
      if (split.getTest() > 0) {
        writer.add(Stratified.Part.TEST, run.output("test"), images);
      }
      images.write(writer, progress);
    }
  }
}
