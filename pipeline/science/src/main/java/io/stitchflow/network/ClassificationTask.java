package io.stitchflow.network;

import io.stitchflow.tensors.TensorFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a network classifies: examples of one shape, in a number of classes. Both come from the data
 * set.
 *
 * @param shape of an example: [channels, height, width], [tokens, features] or [features]
 * @param classes labels are below this
 */
public record ClassificationTask(List<Integer> shape, int classes) {
  /** Network files and imports that state no shape are of images of this task's shape. */
  public static final ClassificationTask CIFAR10 = new ClassificationTask(List.of(3, 32, 32), 10);

  /** A label takes two bytes at most. */
  public static final int MOST_CLASSES = 1 << Short.SIZE;

  private static final int MAP = 3;

  /** Of one example, 64 MiB as float32. */
  private static final int MOST_NUMBERS = 1 << 24;

  private static final String CLASSES = "classes";

  public ClassificationTask {
    shape = List.copyOf(shape);
    @Nullable String complaint = complaint(shape);
    if (complaint != null) {
      throw new IllegalArgumentException("examples are of shape " + shape + ", but " + complaint);
    }
  }

  /**
   * The task of a data set's file.
   *
   * @throws IllegalArgumentException if networks cannot take its examples, or its metadata has no
   *     number of classes
   */
  public static ClassificationTask of(TensorFile examples) {
    @Nullable String classes = examples.metadata().get(CLASSES);
    if (classes == null) {
      throw new IllegalArgumentException(
          "the data set's metadata has no number of classes, but was: " + examples.metadata());
    }
    return new ClassificationTask(examples.shape(), Integer.parseInt(classes));
  }

  /** Which shapes networks take, if not this one; null if they take it. */
  public static @Nullable String complaint(List<Integer> shape) {
    if (shape.isEmpty() || shape.size() > MAP || shape.stream().anyMatch(size -> size < 1)) {
      return "networks take [channels, height, width], [tokens, features] or [features]";
    }
    double numbers = shape.stream().mapToDouble(Integer::doubleValue).reduce(1, (a, b) -> a * b);
    return numbers <= MOST_NUMBERS
        ? null
        : "networks take examples of at most " + MOST_NUMBERS + " numbers";
  }

  /** Whether examples are maps [channels, height, width], as images are. */
  public boolean isMap() {
    return shape.size() == MAP;
  }

  /** For people: {@code images [3, 32, 32] in 10 classes}. */
  public String words() {
    return (isMap() ? "images " : "examples ") + shape + " in " + classes + " classes";
  }

  /** The shape as files and actions state it: empty for that of {@link #CIFAR10}. */
  public List<Integer> statedShape() {
    return shape.equals(CIFAR10.shape()) ? List.of() : shape;
  }

  /** The task of a {@link #statedShape}. */
  static ClassificationTask stated(List<Integer> shape, int classes) {
    return new ClassificationTask(shape.isEmpty() ? CIFAR10.shape() : shape, classes);
  }
}
