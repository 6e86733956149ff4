package io.stitchflow.dataset;

import io.stitchflow.dataset.DatasetSummary.Problem;
import io.stitchflow.memo.StageRun;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Extension;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * A data set kind that is not a part of the product: grey images [1, 2, 4] with a bright column,
 * whose number is the class. The parameter {@code examples} is the size of each split.
 */
public final class StripesDataset implements DatasetKind {
  static final int CLASSES = 4;
  private static final List<Integer> SHAPE = List.of(1, 2, CLASSES);

  @Override
  public String name() {
    return "stripes";
  }

  @Override
  public String usage() {
    return "extension { name: \"stripes\" }";
  }

  @Override
  public Dataset fill(Dataset dataset) {
    Dataset.Builder filled = dataset.toBuilder();
    if (filled.getExtension().getParameterCount() == 0) {
      filled
          .getExtensionBuilder()
          .addParameter(Parameter.newBuilder().setName("examples").setValue("12"));
    }
    return filled.build();
  }

  private static int examples(Extension extension) {
    return Integer.parseInt(extension.getParameter(0).getValue());
  }

  @Override
  public DatasetSummary summarize(Dataset dataset, Path base) {
    try {
      int examples = examples(dataset.getExtension());
      return new DatasetSummary("stripes", SHAPE, CLASSES, examples, examples, List.of());
    } catch (NumberFormatException e) {
      Problem problem = new Problem("parameter", "examples is not a number; write one");
      return new DatasetSummary("stripes", SHAPE, CLASSES, 0, 0, List.of(problem));
    }
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
    return new Stripes(examples(run.action().getImportDataset().getExtension()));
  }

  @Override
  public String describe(ImportDataset parameters, int sources) {
    return "stripes, " + examples(parameters.getExtension()) + " examples";
  }

  private record Stripes(int examples) implements LabelledExamples {
    @Override
    public List<Integer> shape() {
      return SHAPE;
    }

    @Override
    public int classes() {
      return CLASSES;
    }

    @Override
    public void write(ExampleSink sink, DoubleConsumer progress) throws IOException {
      for (int i = 0; i < examples; i++) {
        byte[] image = new byte[2 * CLASSES];
        image[i % CLASSES] = 1;
        image[CLASSES + i % CLASSES] = 1;
        sink.write(ByteBuffer.wrap(image), i % CLASSES);
      }
    }
  }
}
