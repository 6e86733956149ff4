package io.stitchflow.dataset;

import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.v1.ImportDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Writes a data set's splits as Arrow files of images [3, 32, 32], uint8, and labels. */
public final class ImportDatasetExecutor implements StageExecutor {
  private static final int TRAIN_BATCHES = 5;

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      int done = i;
      execute(runs.get(i), share -> progress.accept((done + share) / runs.size()));
    }
  }

  private static void execute(StageRun run, DoubleConsumer progress) throws IOException {
    ImportDataset parameters = run.action().getImportDataset();
    Path train = run.output("train");
    Path test = run.output("test");
    switch (parameters.getKindCase()) {
      case CIFAR10 -> {
        List<Path> batches = new ArrayList<>();
        for (int batch = 1; batch <= TRAIN_BATCHES; batch++) {
          batches.add(run.input("data_batch_" + batch));
        }
        Cifar10.write(batches, train);
        progress.accept(5. / 6);
        Cifar10.write(List.of(run.input("test_batch")), test);
      }
      case SYNTHETIC -> SyntheticImages.of(parameters.getSynthetic()).write(train, test, progress);
      case KIND_NOT_SET -> throw new IllegalArgumentException("the data set's kind is not set");
    }
    progress.accept(1);
  }
}
