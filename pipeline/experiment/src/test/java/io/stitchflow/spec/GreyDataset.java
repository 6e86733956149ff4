package io.stitchflow.spec;

import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.dataset.LabelledExamples;
import io.stitchflow.memo.StageRun;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import java.nio.file.Path;
import java.util.List;

/**
 * A kind that only these tests have: 200 and 100 examples [4, 1, 28, 28], or [3, 24, 24] with a
 * parameter, which cannot be imported.
 */
public final class GreyDataset implements DatasetKind {
  @Override
  public String name() {
    return "grey";
  }

  @Override
  public String usage() {
    return "extension { name: \"grey\" }";
  }

  @Override
  public DatasetSummary summarize(Dataset dataset, Path base) {
    return new DatasetSummary("grey", shape(dataset), 10, 200, 100, List.of());
  }

  private static List<Integer> shape(Dataset dataset) {
    return dataset.getExtension().getParameterCount() == 0
        ? List.of(4, 1, 28, 28)
        : List.of(3, 24, 24);
  }

  @Override
  public List<SourceFile> sources(Dataset dataset, Path base, Path downloads) {
    return List.of();
  }

  @Override
  public ImportDataset parameters(Dataset dataset, Path base) {
    return ImportDataset.newBuilder().setExtension(dataset.getExtension()).build();
  }

  @Override
  public LabelledExamples examples(StageRun run, String split) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String describe(ImportDataset parameters, int sources) {
    return name();
  }
}
