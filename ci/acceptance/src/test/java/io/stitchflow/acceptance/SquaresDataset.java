package io.stitchflow.acceptance;

import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.dataset.ExampleSink;
import io.stitchflow.dataset.LabelledExamples;
import io.stitchflow.memo.StageRun;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;

/** A data set kind of another jar: small noisy images of a grey level, which is the class. */
public final class SquaresDataset implements DatasetKind {
  static final String NAME = "squares";

  private static final List<Integer> SHAPE = List.of(3, 16, 16);
  private static final int CLASSES = 7;
  private static final int EXAMPLES = 64;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String usage() {
    return "extension { name: \"squares\" }";
  }

  @Override
  public DatasetSummary summarize(Dataset dataset, Path base) {
    return new DatasetSummary("grey squares", SHAPE, CLASSES, EXAMPLES, EXAMPLES, List.of());
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
    return new Squares();
  }

  @Override
  public String describe(ImportDataset parameters, int sources) {
    return "grey squares";
  }

  private record Squares() implements LabelledExamples {
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
      for (int i = 0; i < EXAMPLES; i++) {
        byte[] image = new byte[3 * 16 * 16];
        SplittableRandom random = new SplittableRandom(i);
        for (int pixel = 0; pixel < image.length; pixel++) {
          image[pixel] = (byte) (30 * (i % CLASSES) + random.nextInt(30));
        }
        sink.write(ByteBuffer.wrap(image), i % CLASSES);
      }
    }
  }
}
