package io.stitchflow.representation;

import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.InvalidFileException;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.RowIdentities;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.tensors.TensorFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A representation of one split in a user's file: an array of a safetensors file, or an Arrow file
 * that an export wrote.
 */
public final class ForeignRepresentation implements Closeable {
  private static final Set<Dtype> DTYPES = Set.of(Dtype.F32, Dtype.F16, Dtype.BF16, Dtype.F64);
  private static final int VECTORS = 2;
  private static final int TOKENS = 3;
  private static final int MAPS = 4;

  private final Content content;

  private ForeignRepresentation(Content content) {
    this.content = content;
  }

  /** Rows of either format. */
  private interface Content extends Closeable {
    List<Integer> shape();

    int rows();

    FloatBuffer row(int row);

    /** Null if the file has no labels. */
    @Nullable Long label(int row);

    /** Null if the file has none. */
    default @Nullable RowIdentities identities() {
      return null;
    }

    @Override
    default void close() {}
  }

  /**
   * Opens the representation of one split.
   *
   * @param array its name in a safetensors file
   * @param labels the name of its labels there, which need not be there
   * @param identities the name of the identities of its rows there, which need not be there
   * @throws InvalidFileException if the file is of neither format
   * @throws IllegalArgumentException if it has no such array, or one of another type or shape
   */
  public static ForeignRepresentation open(
      Path file, String array, String labels, String identities) throws IOException {
    return new ForeignRepresentation(
        TensorFile.isArrow(file) ? Arrow.open(file) : Arrays.open(file, array, labels, identities));
  }

  /**
   * Of one example: [channels, height, width] or [channels]; of tokens [tokens, features] in the
   * file, [features, tokens, 1].
   */
  public List<Integer> shape() {
    return content.shape();
  }

  public int rows() {
    return content.rows();
  }

  /**
   * The numbers of one example.
   *
   * @throws IllegalArgumentException if one is not finite
   */
  FloatBuffer row(int row) {
    FloatBuffer numbers = content.row(row);
    for (int i = 0; i < numbers.remaining(); i++) {
      if (!Float.isFinite(numbers.get(i))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row %d has %s at index %d; each number must be finite as float32",
                row,
                numbers.get(i),
                i));
      }
    }
    return numbers;
  }

  /**
   * Checks how many rows it has.
   *
   * @param examples the rows that are used
   * @param all images of the split
   * @throws IllegalArgumentException if there are fewer than {@code examples} or more than {@code
   *     all}
   */
  public void checkRows(long examples, long all) {
    if (rows() < examples || rows() > all) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "it has %d rows, but the split has %d images%s; write a row an image, in the data"
                  + " set's order",
              rows(),
              all,
              examples == all ? "" : ", of which " + examples + " are used"));
    }
  }

  /**
   * Compares the labels, if the file has any.
   *
   * @param labelled the split's images
   * @param examples how many of them
   * @throws IllegalArgumentException if one differs, with the first
   */
  void checkLabels(TensorFile labelled, int examples) {
    for (int i = 0; i < examples; i++) {
      @Nullable Long label = content.label(i);
      if (label != null && label != labelled.label(i)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row %d has the label %d, but the data set's image has %d; write rows in the data"
                    + " set's order",
                i,
                label,
                labelled.label(i)));
      }
    }
  }

  /** Whether the file has identities of its rows. */
  public boolean hasIdentities() {
    return content.identities() != null;
  }

  /**
   * Compares the identities of rows, if both sides have them.
   *
   * @param identified the split's images
   * @param examples how many of them
   * @throws IllegalArgumentException if one differs, with the first
   */
  void checkIdentities(TensorFile identified, int examples) throws IOException {
    @Nullable RowIdentities identities = content.identities();
    if (identities == null || !identified.hasIdentities()) {
      return;
    }
    for (int row = 0; row < examples; row++) {
      String found = identities.text(row);
      String expected = identified.identity(row);
      if (!found.equals(expected)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row %d has the identity %s, but the data set's row %d has %s; write the rows in the"
                    + " data set's order",
                row,
                found,
                row,
                expected));
      }
    }
  }

  @Override
  public void close() throws IOException {
    content.close();
  }

  /** Of an export. */
  private record Arrow(TensorFile file, ByteBuffer buffer) implements Content {
    static Arrow open(Path path) throws IOException {
      TensorFile file = TensorFile.openForeign(path);
      if (!file.column().equals(RepresentationWriter.COLUMN)) {
        file.close();
        throw new IllegalArgumentException(
            "it holds a data set, not a representation; write `pixels {}` for its examples");
      }
      return new Arrow(
          file,
          ByteBuffer.allocate(file.elementsPerRow() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    public List<Integer> shape() {
      return file.shape();
    }

    @Override
    public int rows() {
      return file.rows();
    }

    @Override
    public FloatBuffer row(int row) {
      file.readFloats(row, 1, buffer);
      return buffer.asFloatBuffer();
    }

    @Override
    public Long label(int row) {
      return (long) file.label(row);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /** Of a safetensors file, of which a block of rows is in memory at a time. */
  private static final class Arrays implements Content {
    private static final int BLOCK_BYTES = 16 << 20;

    private final SafetensorsFile file;
    private final String name;
    private final List<Integer> shape;
    private final int rowsInBlock;
    private final @Nullable LongBuffer labels;
    private final @Nullable RowIdentities identities;
    private NamedTensor block;
    private int start;

    private Arrays(
        SafetensorsFile file,
        String name,
        @Nullable LongBuffer labels,
        @Nullable RowIdentities identities)
        throws IOException {
      this.file = file;
      this.name = name;
      this.shape = file.shape(name);
      this.labels = labels;
      this.identities = identities;
      long rowBytes = file.dtype(name).bytes();
      for (int size : shape()) {
        rowBytes = Math.multiplyExact(rowBytes, size);
      }
      this.rowsInBlock = (int) Math.max(1, Math.min(rows(), BLOCK_BYTES / rowBytes));
      this.block = file.rows(name, 0, rowsInBlock);
    }

    static Arrays open(Path path, String name, String labels, String identities)
        throws IOException {
      SafetensorsFile file = Safetensors.readForeign(path);
      check(file, name, DTYPES, "F32, F16, BF16 or F64");
      List<Integer> shape = file.shape(name);
      if (shape.size() < VECTORS || shape.size() > MAPS || shape.contains(0)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "'%s' is %s; write [images, channels, height, width], [images, tokens, features] or"
                    + " [images, channels]",
                name,
                shape));
      }
      return new Arrays(file, name, labels(file, name, labels), identities(file, name, identities));
    }

    private static @Nullable LongBuffer labels(SafetensorsFile file, String name, String labels)
        throws IOException {
      if (!file.names().contains(labels)) {
        return null;
      }
      check(file, labels, Set.of(Dtype.I64), "I64");
      List<Integer> shape = file.shape(name);
      if (!file.shape(labels).equals(shape.subList(0, 1))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "'%s' is %s, but '%s' is %s; write a label a row",
                labels,
                file.shape(labels),
                name,
                shape));
      }
      return file.get(labels).data().asLongBuffer();
    }

    private static @Nullable RowIdentities identities(
        SafetensorsFile file, String name, String identities) {
      return file.names().contains(identities)
          ? RowIdentities.of(file, identities, file.shape(name).get(0), name)
          : null;
    }

    private static void check(SafetensorsFile file, String name, Set<Dtype> dtypes, String words) {
      if (!file.names().contains(name)) {
        throw new IllegalArgumentException(
            "it has no array '" + name + "'; it has " + String.join(", ", file.names()));
      }
      @Nullable String unknown = file.unknownDtype(name);
      if (unknown != null || !dtypes.contains(file.dtype(name))) {
        throw new IllegalArgumentException(
            "'"
                + name
                + "' is of "
                + (unknown == null ? file.dtype(name) : "'" + unknown + "'")
                + "; write "
                + words);
      }
    }

    @Override
    public List<Integer> shape() {
      return CutPoint.crossing(shape.subList(1, shape.size()));
    }

    @Override
    public int rows() {
      return shape.get(0);
    }

    @Override
    public FloatBuffer row(int row) {
      if (row < start || row >= start + block.shape().get(0)) {
        start = row - row % rowsInBlock;
        try {
          block = file.rows(name, start, Math.min(rowsInBlock, rows() - start));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      FloatBuffer numbers = block.rows(row - start, 1).floats();
      return shape.size() == TOKENS
          ? Examples.byFeature(numbers, shape.get(1), shape.get(2))
          : numbers;
    }

    @Override
    public @Nullable Long label(int row) {
      return labels == null ? null : (Long) labels.get(row);
    }

    @Override
    public @Nullable RowIdentities identities() {
      return identities;
    }
  }
}
