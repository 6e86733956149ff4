package io.stitchflow.dataset;

import io.stitchflow.dataset.DatasetKind.NumberRange;
import io.stitchflow.memo.StageRun;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Synthetic;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The generated task of {@link SyntheticImages}. */
final class SyntheticDataset implements DatasetKind {
  private static final int TRAIN_EXAMPLES = 2048;
  private static final int TEST_EXAMPLES = 512;
  private static final double NOISE = 24;
  private static final NumberRange EXAMPLES = new NumberRange(10, 1_000_000);

  @Override
  public String name() {
    return "synthetic";
  }

  @Override
  public String usage() {
    return "synthetic { }";
  }

  @Override
  public Map<String, NumberRange> ranges() {
    return Map.of(
        "train_examples",
        EXAMPLES,
        "test_examples",
        EXAMPLES,
        "noise",
        new NumberRange(0, SyntheticImages.MAX_LEVEL));
  }

  @Override
  public Dataset fill(Dataset dataset) {
    Synthetic.Builder filled = dataset.getSynthetic().toBuilder();
    if (filled.getTrainExamples() == 0) {
      filled.setTrainExamples(TRAIN_EXAMPLES);
    }
    if (filled.getTestExamples() == 0) {
      filled.setTestExamples(TEST_EXAMPLES);
    }
    if (!filled.hasNoise()) {
      filled.setNoise(NOISE);
    }
    if (!filled.hasSeed()) {
      filled.setSeed(1);
    }
    return dataset.toBuilder().setSynthetic(filled).build();
  }

  @Override
  public DatasetSummary summarize(Dataset dataset, Path base) {
    return new DatasetSummary(
        name(),
        Cifar.SHAPE,
        SyntheticImages.CLASSES,
        examples(dataset.getSynthetic().getTrainExamples()),
        examples(dataset.getSynthetic().getTestExamples()),
        List.of());
  }

  /** Of an unsigned field; too many are a problem of its range. */
  private static int examples(int written) {
    return written < 0 ? Integer.MAX_VALUE : written;
  }

  @Override
  public List<SourceFile> sources(Dataset dataset, Path base, Path downloads) {
    return List.of();
  }

  @Override
  public ImportDataset parameters(Dataset dataset, Path base) {
    return ImportDataset.newBuilder().setSynthetic(dataset.getSynthetic()).build();
  }

  @Override
  public LabelledExamples examples(StageRun run, String split) {
    return SyntheticImages.of(
        run.action().getImportDataset().getSynthetic(), split.equals("train"));
  }

  @Override
  public String describe(ImportDataset parameters, int sources) {
    Synthetic synthetic = parameters.getSynthetic();
    return String.format(
        Locale.ROOT,
        "synthetic, %s train, %s test, noise %s, seed %s",
        Integer.toUnsignedString(synthetic.getTrainExamples()),
        Integer.toUnsignedString(synthetic.getTestExamples()),
        synthetic.getNoise(),
        Long.toUnsignedString(synthetic.getSeed()));
  }
}
