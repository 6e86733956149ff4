package io.stitchflow.representation;

import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkSource;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.tensors.TensorFileWriter;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/** The file of one representation. Numbers that its dtype cannot hold are counted. */
final class RepresentationWriter implements AutoCloseable {
  /** Name of the tensors' column. */
  static final String COLUMN = "representation";

  private static final float LARGEST_FLOAT16 = 65504;

  /** The least number that is rounded to an infinity in float16. */
  private static final float FLOAT16_OVERFLOW = 65520;

  private static final int BATCH = 16;

  private final StageRun run;
  private final String subject;
  private final CutPoint cut;
  private final boolean half;
  private final TensorFileWriter file;
  private long numbers;
  private long unrepresentable;
  private long notFinite;

  private RepresentationWriter(
      StageRun run, String subject, CutPoint cut, boolean half, TensorFileWriter file) {
    this.run = run;
    this.subject = subject;
    this.cut = cut;
    this.half = half;
    this.file = file;
  }

  /** Starts the file of a network's cut. */
  static RepresentationWriter create(StageRun run, NetworkSource network, TensorFile labelled)
      throws IOException {
    CollectRepresentation parameters = run.action().getCollectRepresentation();
    CutPoint cut = network.cut(parameters.getCut());
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put("architecture", network.name());
    metadata.put("cut", cut.layer());
    if (network.width() > 0) {
      metadata.put("width", String.valueOf(network.width()));
    }
    return create(
        run,
        network + " after '" + cut.layer() + "'",
        cut,
        parameters.getDtype(),
        labelled,
        metadata);
  }

  /**
   * Starts a file.
   *
   * @param subject what is written, for messages
   * @param labelled the split's examples, whose labels it gets
   */
  static RepresentationWriter create(
      StageRun run,
      String subject,
      CutPoint cut,
      ElementType dtype,
      TensorFile labelled,
      SortedMap<String, String> metadata)
      throws IOException {
    boolean half = dtype == ElementType.FLOAT16;
    TensorFileWriter file =
        TensorFileWriter.create(
            run.output("representation"),
            COLUMN,
            cut.shape(),
            List.of("C", "H", "W").subList(0, cut.shape().size()),
            half ? Element.FLOAT16 : Element.FLOAT32,
            labelled.mostClasses(),
            metadata);
    return new RepresentationWriter(run, subject, cut, half, file);
  }

  CutPoint cut() {
    return cut;
  }

  /**
   * Adds a batch.
   *
   * @param rows float32, little-endian
   * @param labels one for each row
   */
  void write(ByteBuffer rows, int... labels) throws IOException {
    FloatBuffer values = rows.asFloatBuffer();
    long tooLarge = countNotBelow(half ? FLOAT16_OVERFLOW : Float.POSITIVE_INFINITY, values);
    if (tooLarge > 0) {
      unrepresentable += tooLarge;
      notFinite += countNotBelow(Float.POSITIVE_INFINITY, values);
    }
    numbers += values.remaining();
    file.writeFloats(rows, labels);
  }

  /** Writes {@code examples} rows with the labels of the split's images, a batch at a time. */
  void writeAll(TensorFile labelled, int examples, Baseline.Rows rows, DoubleConsumer progress)
      throws IOException {
    ByteBuffer values =
        ByteBuffer.allocate(Math.multiplyExact(BATCH * Float.BYTES, cut.elements()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < examples; from += BATCH) {
      int count = Math.min(BATCH, examples - from);
      FloatBuffer floats = values.clear().asFloatBuffer();
      for (int i = from; i < from + count; i++) {
        rows.put(i, floats);
      }
      int[] labels = IntStream.range(from, from + count).map(labelled::label).toArray();
      write(values.limit(floats.position() * Float.BYTES), labels);
      progress.accept((from + count) / (double) examples);
    }
  }

  private static long countNotBelow(float limit, FloatBuffer values) {
    int count = values.remaining();
    long below = 0;
    for (int i = 0; i < count; i++) {
      // false for NaN
      if (Math.abs(values.get(i)) < limit) {
        below++;
      }
    }
    return count - below;
  }

  /** Fails the stage if the file would hold infinities or NaN. */
  void checkFinite() {
    if (unrepresentable == 0) {
      return;
    }
    run.fail(
        String.format(
            Locale.ROOT,
            "%d of %d numbers of %s are not finite as %s, whose largest number is %s%s",
            unrepresentable,
            numbers,
            subject,
            half ? "FLOAT16" : "FLOAT32",
            half ? LARGEST_FLOAT16 : Float.MAX_VALUE,
            notFinite == 0 ? "; representation.dtype: FLOAT32 holds them" : ""));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
