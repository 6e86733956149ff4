package io.stitchflow.network;

import io.stitchflow.tensors.TensorFile;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a network classifies: images of one shape, in a number of classes. Both come from the data
 * set.
 *
 * @param shape of an image, [channels, height, width]
 * @param classes labels are below this
 */
public record ImageTask(List<Integer> shape, int classes) {
  /** Network files and imports that state no shape are of images of this task's shape. */
  public static final ImageTask CIFAR10 = new ImageTask(List.of(3, 32, 32), 10);

  /** The default augmentation needs as many rows. */
  private static final int LEAST_SIDE = 4;

  private static final int MOST_SIDE = 256;
  private static final String CLASSES = "classes";

  public ImageTask {
    shape = List.copyOf(shape);
    @Nullable String complaint = complaint(shape);
    if (complaint != null) {
      throw new IllegalArgumentException("images are of shape " + shape + ", but " + complaint);
    }
  }

  /**
   * The task of a data set's file.
   *
   * @throws IllegalArgumentException if networks cannot take its images, or its metadata has no
   *     number of classes
   */
  public static ImageTask of(TensorFile images) {
    @Nullable String classes = images.metadata().get(CLASSES);
    if (classes == null) {
      throw new IllegalArgumentException(
          "the data set's metadata has no number of classes, but was: " + images.metadata());
    }
    return new ImageTask(images.shape(), Integer.parseInt(classes));
  }

  /** Which shapes networks take, if not this one; null if they take it. */
  public static @Nullable String complaint(List<Integer> shape) {
    boolean good =
        shape.size() == 3
            && shape.get(0) == Pixels.CHANNELS
            && shape.get(1).equals(shape.get(2))
            && shape.get(1) >= LEAST_SIDE
            && shape.get(1) <= MOST_SIDE;
    return good
        ? null
        : String.format(
            Locale.ROOT,
            "networks take [%d, side, side] with a side from %d to %d",
            Pixels.CHANNELS,
            LEAST_SIDE,
            MOST_SIDE);
  }

  /** Rows and columns of an image. */
  public int side() {
    return shape.get(1);
  }

  /** For people: {@code images [3, 32, 32] in 10 classes}. */
  public String words() {
    return "images " + shape + " in " + classes + " classes";
  }

  /** The shape as files and actions state it: empty for that of {@link #CIFAR10}. */
  public List<Integer> statedShape() {
    return shape.equals(CIFAR10.shape()) ? List.of() : shape;
  }

  /** The task of a {@link #statedShape}. */
  static ImageTask stated(List<Integer> shape, int classes) {
    return new ImageTask(shape.isEmpty() ? CIFAR10.shape() : shape, classes);
  }
}
