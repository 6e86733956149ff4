package io.stitchflow.representation;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.ImportRepresentation;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;

/** Writes representations of users' files, each of one split. */
public final class ImportRepresentationExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      double done = i;
      importFile(runs.get(i), share -> progress.accept((done + share) / runs.size()));
    }
  }

  private static void importFile(StageRun run, DoubleConsumer progress) throws IOException {
    ImportRepresentation parameters = run.action().getImportRepresentation();
    try (TensorFile images = TensorFile.open(run.input("dataset"));
        ForeignRepresentation file =
            ForeignRepresentation.open(
                run.input("file"),
                parameters.getArray(),
                parameters.getLabels(),
                parameters.getIdentities())) {
      int wanted = parameters.getExamples();
      int examples = wanted == 0 ? images.rows() : Math.min(wanted, images.rows());
      file.checkRows(examples, images.rows());
      file.checkIdentities(images, examples);
      file.checkLabels(images, examples);
      try (RepresentationWriter writer =
          RepresentationWriter.create(
              run,
              "the file",
              new CutPoint("file", file.shape()),
              parameters.getDtype(),
              images,
              new TreeMap<>())) {
        writer.writeAll(images, examples, (row, target) -> target.put(file.row(row)), progress);
        writer.checkFinite();
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the representation of file '" + parameters.getArray() + "': " + e.getMessage(), e);
    }
  }
}
