package io.stitchflow.dataset;

import io.stitchflow.network.ClassificationTask;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.NamedArrays;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.RowIdentities;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A split in two or three arrays: {@code <split>.x}, the examples, {@code <split>.y}, their labels,
 * and {@code <split>.id}, their identities, if they have any.
 *
 * @param classes labels are below this
 * @param identified whether identities are read
 */
record LabelledArrays(NamedArrays arrays, String split, int classes, boolean identified)
    implements LabelledExamples {
  private static final Set<Dtype> NUMBERS =
      EnumSet.of(Dtype.F32, Dtype.F16, Dtype.BF16, Dtype.F64, Dtype.U8);
  private static final Set<Dtype> LABELS =
      EnumSet.of(Dtype.I64, Dtype.I32, Dtype.I16, Dtype.I8, Dtype.U32, Dtype.U16, Dtype.U8);
  private static final int BLOCK_BYTES = 16 << 20;
  private static final int LABELS_AT_ONCE = 1 << 20;

  /** The name of the examples. */
  static String x(String split) {
    return split + ".x";
  }

  /** The name of the labels. */
  static String y(String split) {
    return split + ".y";
  }

  /** The name of the identities. */
  static String id(String split) {
    return split + ".id";
  }

  /** What is wrong with the headers of a split's arrays, or null. */
  static @Nullable String complaint(NamedArrays arrays, String split) {
    @Nullable String complaint =
        typeComplaint(
            arrays, x(split), NUMBERS, "float32, float16, bfloat16, float64 or uint8 numbers");
    if (complaint == null) {
      complaint = typeComplaint(arrays, y(split), LABELS, "whole numbers, I64 or smaller");
    }
    if (complaint != null) {
      return complaint;
    }
    List<Integer> x = arrays.shape(x(split));
    List<Integer> y = arrays.shape(y(split));
    if (x.size() < 2 || x.contains(0)) {
      return String.format(
          Locale.ROOT,
          "%s is %s; write [examples, channels, height, width], [examples, tokens, features] or"
              + " [examples, features]",
          arrays.title(x(split)),
          x);
    }
    if (!y.equals(x.subList(0, 1))) {
      return String.format(
          Locale.ROOT,
          "%s is %s, but %s is %s; write a label an example",
          arrays.title(y(split)),
          y,
          arrays.title(x(split)),
          x);
    }
    return identityComplaint(arrays, split, x.get(0));
  }

  private static @Nullable String identityComplaint(NamedArrays arrays, String split, int rows) {
    try {
      if (arrays.names().contains(id(split))) {
        RowIdentities.of(arrays, id(split), rows, x(split));
      }
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  private static @Nullable String typeComplaint(
      NamedArrays arrays, String name, Set<Dtype> types, String words) {
    if (!arrays.names().contains(name)) {
      return "has no array '" + name + "', but " + arrays.names() + "; write one";
    }
    @Nullable String unknown = arrays.unknownDtype(name);
    if (unknown != null || !types.contains(arrays.dtype(name))) {
      return arrays.title(name)
          + " is of "
          + (unknown == null ? arrays.dtype(name) : "'" + unknown + "'")
          + "; write "
          + words;
    }
    return null;
  }

  /** One more than the largest label of the splits; reads all labels. */
  static int classes(NamedArrays arrays, List<String> splits) throws IOException {
    long largest = 0;
    for (String split : splits) {
      largest =
          Math.max(
              largest, Arrays.stream(labels(arrays, split, Integer.MAX_VALUE)).max().orElse(0));
    }
    return Math.toIntExact(largest + 1);
  }

  /**
   * The labels of a split.
   *
   * @throws IllegalArgumentException if one is negative, or not below {@code classes}
   */
  private static long[] labels(NamedArrays arrays, String split, int classes) throws IOException {
    String name = y(split);
    int rows = arrays.shape(name).get(0);
    long[] labels = new long[rows];
    long below = Math.min(classes, ClassificationTask.MOST_CLASSES);
    for (int from = 0; from < rows; from += LABELS_AT_ONCE) {
      int count = Math.min(LABELS_AT_ONCE, rows - from);
      System.arraycopy(arrays.rows(name, from, count).integers(), 0, labels, from, count);
    }
    for (int row = 0; row < rows; row++) {
      if (labels[row] < 0 || labels[row] >= below) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s has the label %d in row %d; labels are whole numbers from 0 to %d",
                arrays.title(name),
                labels[row],
                row,
                below - 1));
      }
    }
    return labels;
  }

  @Override
  public List<Integer> shape() {
    List<Integer> shape = arrays.shape(x(split));
    return shape.subList(1, shape.size());
  }

  @Override
  public Element element() {
    return element(arrays, split);
  }

  /** How the examples of a split are stored. */
  static Element element(NamedArrays arrays, String split) {
    return switch (arrays.dtype(x(split))) {
      case U8 -> Element.UINT8;
      case F16 -> Element.FLOAT16;
      default -> Element.FLOAT32;
    };
  }

  @Override
  public int[] labels() throws IOException {
    return Arrays.stream(labels(arrays, split, classes)).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public @Nullable RowIdentities identities() {
    return identified
        ? RowIdentities.of(arrays, id(split), arrays.shape(x(split)).get(0), x(split))
        : null;
  }

  /**
   * Writes a block of rows at a time, so that no more is in memory.
   *
   * @throws IllegalArgumentException if a number is not finite, or a label is none of the classes
   */
  @Override
  public void write(ExampleSink sink, DoubleConsumer progress) throws IOException {
    int[] labels = labels();
    String name = x(split);
    long rowBytes = arrays.dtype(name).bytes();
    for (int size : shape()) {
      rowBytes = Math.multiplyExact(rowBytes, size);
    }
    int atOnce = (int) Math.max(1, Math.min(labels.length, BLOCK_BYTES / rowBytes));
    for (int from = 0; from < labels.length; from += atOnce) {
      NamedTensor block = arrays.rows(name, from, Math.min(atOnce, labels.length - from));
      for (int i = 0; i < block.shape().get(0); i++) {
        sink.write(bytes(block.rows(i, 1), from + i), labels[from + i]);
        progress.accept((from + i + 1.) / labels.length);
      }
    }
  }

  private ByteBuffer bytes(NamedTensor row, int index) {
    if (element() == Element.UINT8) {
      return row.data();
    }
    FloatBuffer floats = row.floats();
    for (int i = 0; i < floats.remaining(); i++) {
      if (!Float.isFinite(floats.get(i))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s has %s in row %d at index %d; each number must be finite as float32",
                arrays.title(x(split)),
                floats.get(i),
                index,
                i));
      }
    }
    if (element() == Element.FLOAT16 || row.dtype() == Dtype.F32) {
      return row.data();
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(floats.remaining() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(floats);
    return bytes;
  }
}
