package io.stitchflow.network.layer;

import io.stitchflow.torch.Extent;
import io.stitchflow.torch.Window;
import io.stitchflow.v1.Layer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads layers one after another: the shape that each passes to the next, the names of their
 * arrays, and everything that is wrong.
 */
public final class LayerReader {
  /**
   * Where a layer is in a network's description.
   *
   * @param path of its message: {@code layer[2].residual.body[0]}
   * @param name what names of its arrays begin with
   * @param absorbed name of the layer after it that is one step with it; null where there is none
   */
  record Place(String path, String name, @Nullable String absorbed) {}

  public static final int MOST_CHANNELS = 65_536;
  static final int MOST_KERNEL = 64;
  static final int MOST_PADDING = 32;
  public static final int MOST_DILATION = 64;
  public static final int MOST_STRIDE = 64;

  static final int MOST_ELEMENTS = 1 << 22;

  private final List<LayerProblem> complaints = new ArrayList<>();
  private final Set<String> arrays = new HashSet<>();
  private long numbers;
  private @Nullable List<Integer> shape;

  /**
   * @param shape of the first layer's input
   */
  public LayerReader(List<Integer> shape) {
    this.shape = List.copyOf(shape);
  }

  /** The shape of the next layer's input; null where a mistake leaves it open. */
  public @Nullable List<Integer> shape() {
    return shape;
  }

  public List<LayerProblem> complaints() {
    return List.copyOf(complaints);
  }

  /** Elements of all arrays so far. */
  public long numbers() {
    return numbers;
  }

  /**
   * Adds the layer's step to {@code steps}, unless anything is wrong with it.
   *
   * @param outer the names of the layers that it is in
   * @param place its name if it has none of its own
   * @param absorbed the layer after it that is one step with it, or null
   */
  public void read(
      Layer layer,
      String path,
      String outer,
      String place,
      List<Step> steps,
      @Nullable Layer absorbed) {
    @Nullable LayerType type = LayerTypes.find(layer);
    if (type == null) {
      complain(path, "is not a layer; choose " + LayerTypes.names());
      lose();
      return;
    }
    String own = layer.getName().isEmpty() && !type.holdsLayers() ? place : layer.getName();
    @Nullable Step step =
        type.read(layer, new Place(path, joined(outer, own), name(absorbed, outer, place)), this);
    if (step != null) {
      steps.add(step);
    }
  }

  /** The steps of layers inside another; null where the list is empty or wrong. */
  @Nullable Sequence read(List<Layer> layers, String path, String outer, String place) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      boolean joined =
          i + 1 < layers.size() && LayerTypes.isOneStep(layers.get(i), layers.get(i + 1));
      read(
          layers.get(i),
          path + "[" + i + "]",
          outer,
          place + i,
          steps,
          joined ? layers.get(i + 1) : null);
      i += joined ? 1 : 0;
    }
    return steps.isEmpty() ? null : new Sequence(steps);
  }

  /** The name of an absorbed layer, whose place is one after {@code place}. */
  private static @Nullable String name(@Nullable Layer absorbed, String outer, String place) {
    if (absorbed == null) {
      return null;
    }
    return joined(outer, absorbed.getName().isEmpty() ? next(place) : absorbed.getName());
  }

  private static String joined(String outer, String own) {
    return outer.isEmpty() ? own : own.isEmpty() ? outer : outer + "." + own;
  }

  private static String next(String place) {
    int digits = place.lastIndexOf('.') + 1;
    return place.substring(0, digits) + (Integer.parseInt(place.substring(digits)) + 1);
  }

  /** The shape of a map that a layer is given, or null where it is not a map or not known. */
  @Nullable List<Integer> map(String path, String what) {
    if (shape != null && shape.size() != 3) {
      complain(
          path,
          what + " takes a map, but is given the vector " + shape + "; put it before flatten");
      lose();
    }
    return shape;
  }

  /** The shape of a vector that a linear layer is given, or null where it is none or not known. */
  @Nullable List<Integer> vector(String path) {
    if (shape != null && shape.size() != 1) {
      complain(
          path,
          "a linear layer takes a vector, but is given the map "
              + shape
              + "; put flatten {} or global_avg_pool {} before it");
      lose();
    }
    return shape;
  }

  /**
   * The map of {@code channels} that a sliding window makes of the map {@code in}; null where it
   * does not fit.
   */
  @Nullable List<Integer> slide(String path, List<Integer> in, int channels, Window window) {
    Extent map = new Extent(in.get(1), in.get(2));
    Extent kernel = window.kernel();
    Extent largest = window.largestKernel(map);
    if (kernel.height() > largest.height() || kernel.width() > largest.width()) {
      complain(
          path,
          String.format(
              Locale.ROOT,
              "its kernel of %s does not fit the map %s with padding %s%s; choose a kernel of %s",
              kernel,
              in,
              window.padding(),
              window.dilation().area() == 1 ? "" : " and dilation " + window.dilation(),
              kernel.isSquare()
                  ? "1 to " + Math.min(largest.height(), largest.width())
                  : "at most " + largest));
      lose();
      return null;
    }
    Extent positions = window.positions(map);
    return List.of(channels, positions.height(), positions.width());
  }

  /** Sets the shape of the layer's output. */
  void give(String path, List<Integer> out) {
    long elements = out.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    if (elements > MOST_ELEMENTS) {
      complain(
          path,
          "gives "
              + out
              + ", "
              + elements
              + " numbers an image; make it "
              + MOST_ELEMENTS
              + " at most");
      lose();
      return;
    }
    shape = out;
  }

  /** Goes on from a shape that {@link #shape} gave before. */
  void resume(@Nullable List<Integer> before) {
    shape = before;
  }

  /** A mistake leaves the shape of the layer's output open. */
  void lose() {
    shape = null;
  }

  /** Counts a step's arrays and checks that they have names of their own. */
  Step own(String path, Step step) {
    for (Tensor tensor : step.tensors()) {
      if (!arrays.add(tensor.name())) {
        complain(
            path, "its array '" + tensor.name() + "' has the name of another's; rename the layer");
      }
      numbers += tensor.elements();
    }
    return step;
  }

  /** Whether {@code parts} divides the channels. */
  boolean divides(String path, int parts, int channels) {
    if (channels % parts == 0) {
      return true;
    }
    complain(
        path,
        "is "
            + parts
            + ", but must divide the "
            + channels
            + " channels; choose a divisor of "
            + channels);
    return false;
  }

  boolean inRange(String path, int value, int from, int to) {
    if (value >= from && value <= to) {
      return true;
    }
    complain(path, value == 0 ? "is missing or 0" + choice(from, to) : outside(value, from, to));
    return false;
  }

  private static String outside(int value, int from, int to) {
    return "is " + Integer.toUnsignedString(value) + choice(from, to);
  }

  private static String choice(int from, int to) {
    return "; choose a whole number from " + from + " to " + to;
  }

  /**
   * A height and a width, or one number for both.
   *
   * @return null if there is no number or more than two, or if one is not in the range
   */
  @Nullable Extent extent(String path, List<Integer> numbers, int from, int to) {
    if (numbers.isEmpty()) {
      inRange(path, 0, from, to);
      return null;
    }
    if (numbers.size() > 2) {
      complain(path, "has " + numbers.size() + " numbers; give height and width, or one for both");
      return null;
    }
    boolean good = true;
    for (int i = 0; i < numbers.size(); i++) {
      if (Integer.compareUnsigned(numbers.get(i), from) < 0
          || Integer.compareUnsigned(numbers.get(i), to) > 0) {
        complain(path + "[" + i + "]", outside(numbers.get(i), from, to));
        good = false;
      }
    }
    return good ? new Extent(numbers.get(0), numbers.get(numbers.size() - 1)) : null;
  }

  /** Every one of them; unlike with {@code &&} each is evaluated, so that each can complain. */
  static boolean all(boolean... each) {
    for (boolean one : each) {
      if (!one) {
        return false;
      }
    }
    return true;
  }

  public void complain(String path, String text) {
    complaints.add(new LayerProblem(path, text));
  }
}
