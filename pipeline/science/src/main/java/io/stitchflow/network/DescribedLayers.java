package io.stitchflow.network;

import io.stitchflow.network.Step.Convolution;
import io.stitchflow.network.Step.Linear;
import io.stitchflow.network.Step.Normalization;
import io.stitchflow.network.Step.Pool;
import io.stitchflow.network.Step.Residual;
import io.stitchflow.network.Step.Sequence;
import io.stitchflow.network.Step.Shapeless;
import io.stitchflow.v1.ConvolutionLayer;
import io.stitchflow.v1.Layer;
import io.stitchflow.v1.LinearLayer;
import io.stitchflow.v1.PoolLayer;
import io.stitchflow.v1.ResidualLayer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Layers as somebody described them, with the sizes that follow from the images': the steps between
 * cuts, and all that is wrong.
 */
final class DescribedLayers {
  private static final int MOST_CHANNELS = 65_536;
  private static final int MOST_KERNEL = 64;
  private static final int MOST_PADDING = 32;
  private static final int MOST_ELEMENTS = 1 << 22;
  // What one file of 2 GiB holds
  private static final long MOST_NUMBERS = 500_000_000;

  private final int classes;
  private final List<LayerProblem> complaints = new ArrayList<>();
  private final List<CutPoint> cuts = new ArrayList<>();
  private final List<Sequence> sections = new ArrayList<>();
  private final Set<String> arrays = new HashSet<>();
  private long numbers;

  /** What the next layer is given; null where a mistake leaves it open. */
  private @Nullable List<Integer> shape =
      List.of(Architecture.IMAGE_CHANNELS, Architecture.IMAGE_SIZE, Architecture.IMAGE_SIZE);

  private DescribedLayers(List<Layer> layers, int classes) {
    this.classes = classes;
    readSections(layers);
  }

  /**
   * Of layers in which every default is explicit.
   *
   * @param classes how many logits they must give
   */
  static DescribedLayers of(List<Layer> layers, int classes) {
    return new DescribedLayers(layers, classes);
  }

  List<LayerProblem> complaints() {
    return List.copyOf(complaints);
  }

  List<CutPoint> cuts() {
    return List.copyOf(cuts);
  }

  /** What leads to the first cut, from each cut to the next, and from the last to the logits. */
  List<Sequence> sections() {
    return List.copyOf(sections);
  }

  private void readSections(List<Layer> layers) {
    List<Step> section = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      String path = "layer[" + i + "]";
      boolean named = !layer.getName().isEmpty();
      if (named && !names.add(layer.getName())) {
        complain(path + ".name", "'" + layer.getName() + "' is another layer's too; rename one");
      }
      boolean last = i == layers.size() - 1;
      boolean cut = named && !last;
      boolean joined = !cut && i + 1 < layers.size() && isNormalizedConvolution(layers, i);
      addStep(layer, path, "", String.valueOf(i), section, joined ? layers.get(i + 1) : null);
      if (joined) {
        i++;
        cut = !layers.get(i).getName().isEmpty() && i < layers.size() - 1;
      }
      if (cut && shape != null && !section.isEmpty()) {
        cuts.add(new CutPoint(layers.get(i).getName(), shape));
        sections.add(new Sequence(section));
        section = new ArrayList<>();
      }
    }
    checkEnd(layers);
    if (!section.isEmpty()) {
      sections.add(new Sequence(section));
    }
  }

  private void checkEnd(List<Layer> layers) {
    String path = "layer[" + (layers.size() - 1) + "]";
    if (shape != null && !shape.equals(List.of(classes))) {
      complain(
          path,
          "gives "
              + shape
              + ", but the last layer gives logits of "
              + classes
              + " classes; end with linear { outputs: "
              + classes
              + " }");
    }
    if (layers.stream().limit(layers.size() - 1L).allMatch(layer -> layer.getName().isEmpty())) {
      complain(path, "no layer before the last has a name, so there is no cut; name one");
    }
    if (numbers > MOST_NUMBERS) {
      complain(
          "layer",
          "the network has " + numbers + " numbers; " + MOST_NUMBERS + " at most can be kept");
    }
  }

  private static boolean isNormalizedConvolution(List<Layer> layers, int i) {
    return layers.get(i).hasConv() && layers.get(i + 1).hasBatchNorm();
  }

  /** The steps of layers inside another; null where there are none, or something is wrong. */
  private @Nullable Sequence read(List<Layer> layers, String path, String outer, String place) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      boolean joined = i + 1 < layers.size() && isNormalizedConvolution(layers, i);
      addStep(
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

  /**
   * Adds what a layer is, if nothing is wrong with it.
   *
   * @param outer the names of what it is in
   * @param place its name, if it has none of its own
   * @param norm what comes after a convolution and is one with it, or null
   */
  private void addStep(
      Layer layer,
      String path,
      String outer,
      String place,
      List<Step> steps,
      @Nullable Layer norm) {
    boolean holds = layer.hasResidual() || layer.hasSequence();
    String own = layer.getName().isEmpty() && !holds ? place : layer.getName();
    String name = joined(outer, own);
    @Nullable Step step =
        switch (layer.getKindCase()) {
          case CONV -> {
            // The place of the normalisation is one further
            String normPlace = norm == null ? "" : next(place);
            String normName = norm == null ? "" : norm.getName();
            yield convolution(
                layer.getConv(),
                path,
                name,
                norm == null ? null : joined(outer, normName.isEmpty() ? normPlace : normName));
          }
          case BATCH_NORM -> normalization(path, name);
          case RELU -> Shapeless.RELU;
          case MAX_POOL -> pool(layer.getMaxPool(), path + ".max_pool", true);
          case AVG_POOL -> pool(layer.getAvgPool(), path + ".avg_pool", false);
          case GLOBAL_AVG_POOL -> globalAveragePool(path);
          case FLATTEN -> flatten(path);
          case LINEAR -> linear(layer.getLinear(), path, name);
          case RESIDUAL -> residual(layer.getResidual(), path + ".residual", name);
          case SEQUENCE -> {
            if (layer.getSequence().getLayerCount() == 0) {
              complain(path + ".sequence", "has no layer; add one, or drop it");
            }
            yield read(layer.getSequence().getLayerList(), path + ".sequence.layer", name, "");
          }
          case KIND_NOT_SET -> {
            complain(
                path,
                "is no layer; choose conv, batch_norm, relu, max_pool, avg_pool, global_avg_pool,"
                    + " flatten, linear, residual or sequence");
            shape = null;
            yield null;
          }
        };
    if (step != null) {
      steps.add(step);
    }
  }

  private static String joined(String outer, String own) {
    return outer.isEmpty() ? own : own.isEmpty() ? outer : outer + "." + own;
  }

  private static String next(String place) {
    int digits = place.lastIndexOf('.') + 1;
    return place.substring(0, digits) + (Integer.parseInt(place.substring(digits)) + 1);
  }

  private @Nullable Step convolution(
      ConvolutionLayer layer, String path, String name, @Nullable String norm) {
    boolean complete =
        all(
            inRange(path + ".conv.channels", layer.getChannels(), 1, MOST_CHANNELS),
            inRange(path + ".conv.kernel", layer.getKernel(), 1, MOST_KERNEL),
            inRange(path + ".conv.stride", layer.getStride(), 1, Architecture.MOST_STRIDE),
            inRange(path + ".conv.padding", layer.getPadding(), 0, MOST_PADDING));
    @Nullable List<Integer> in = map(path, "a convolution");
    if (!complete || in == null) {
      shape = null;
      return null;
    }
    int size = slide(path, in.get(1), layer.getKernel(), layer.getStride(), layer.getPadding());
    if (size < 1) {
      return null;
    }
    int channels = layer.getChannels();
    give(path, List.of(channels, size, size));
    Convolution convolution =
        new Convolution(
            name,
            norm == null ? null : new Normalization(norm, channels),
            in.get(0),
            channels,
            layer.getKernel(),
            layer.getStride(),
            layer.getPadding(),
            layer.getBias(),
            size);
    own(path, convolution);
    return convolution;
  }

  private @Nullable Step normalization(String path, String name) {
    if (shape == null) {
      return null;
    }
    Normalization normalization = new Normalization(name, shape.get(0));
    own(path, normalization);
    return normalization;
  }

  private @Nullable Step pool(PoolLayer layer, String path, boolean largest) {
    boolean complete =
        all(
            inRange(path + ".kernel", layer.getKernel(), 1, MOST_KERNEL),
            inRange(path + ".stride", layer.getStride(), 1, Architecture.MOST_STRIDE));
    complete = complete && inRange(path + ".padding", layer.getPadding(), 0, layer.getKernel() / 2);
    @Nullable List<Integer> in = map(path, "a pool");
    if (!complete || in == null) {
      shape = null;
      return null;
    }
    int size = slide(path, in.get(1), layer.getKernel(), layer.getStride(), layer.getPadding());
    if (size < 1) {
      return null;
    }
    give(path, List.of(in.get(0), size, size));
    return new Pool(largest, layer.getKernel(), layer.getStride(), layer.getPadding());
  }

  private @Nullable Step globalAveragePool(String path) {
    @Nullable List<Integer> in = map(path, "a global pool");
    if (in == null) {
      return null;
    }
    shape = List.of(in.get(0));
    return Shapeless.GLOBAL_AVERAGE_POOL;
  }

  private @Nullable Step flatten(String path) {
    @Nullable List<Integer> in = map(path, "flatten");
    if (in == null) {
      return null;
    }
    shape = List.of(in.stream().reduce(1, Math::multiplyExact));
    return Shapeless.FLATTEN;
  }

  private @Nullable Step linear(LinearLayer layer, String path, String name) {
    boolean complete = inRange(path + ".linear.outputs", layer.getOutputs(), 1, MOST_CHANNELS);
    if (shape != null && shape.size() != 1) {
      complain(
          path,
          "a linear layer takes a vector, but is given the map "
              + shape
              + "; put flatten {} or global_avg_pool {} before it");
      shape = null;
    }
    if (!complete || shape == null) {
      shape = complete ? List.of(layer.getOutputs()) : null;
      return null;
    }
    Linear linear = new Linear(name, shape.get(0), layer.getOutputs(), layer.getBias());
    own(path, linear);
    give(path, List.of(layer.getOutputs()));
    return linear;
  }

  private @Nullable Step residual(ResidualLayer layer, String path, String name) {
    if (layer.getBodyCount() == 0) {
      complain(path, "has no body; add one");
      return null;
    }
    @Nullable List<Integer> in = shape;
    @Nullable Sequence body = read(layer.getBodyList(), path + ".body", name, "");
    @Nullable List<Integer> out = shape;
    shape = in;
    @Nullable Sequence shortcut =
        read(layer.getShortcutList(), path + ".shortcut", name, "shortcut.");
    if (out != null && shape != null && !out.equals(shape)) {
      complain(
          path,
          "the body gives "
              + out
              + ", the shortcut "
              + shape
              + "; give both the same channels and strides"
              + (layer.getShortcutCount() == 0
                  ? ", a shortcut of a 1x1 convolution for example"
                  : ""));
    }
    shape = out;
    return body == null || out == null ? null : new Residual(body, shortcut);
  }

  /** The map that a layer is given, or null where it is none or not known. */
  private @Nullable List<Integer> map(String path, String what) {
    if (shape != null && shape.size() != 3) {
      complain(
          path,
          what + " takes a map, but is given the vector " + shape + "; put it before flatten");
      shape = null;
    }
    return shape;
  }

  /** The side of what a sliding window gives; 0 where it does not fit. */
  private int slide(String path, int side, int kernel, int stride, int padding) {
    int free = side + 2 * padding - kernel;
    if (free < 0) {
      complain(
          path,
          String.format(
              Locale.ROOT,
              "its kernel of %d does not fit the map %s with padding %d; choose a kernel of 1 to %d",
              kernel,
              shape,
              padding,
              side + 2 * padding));
      shape = null;
      return 0;
    }
    return free / stride + 1;
  }

  private void give(String path, List<Integer> out) {
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
      shape = null;
      return;
    }
    shape = out;
  }

  /** Counts a step's arrays and looks whether they have names of their own. */
  private void own(String path, Step step) {
    for (Tensor tensor : step.tensors()) {
      if (!arrays.add(tensor.name())) {
        complain(
            path, "its array '" + tensor.name() + "' has the name of another's; rename the layer");
      }
      numbers += tensor.elements();
    }
  }

  private boolean inRange(String path, int value, int from, int to) {
    if (value >= from && value <= to) {
      return true;
    }
    String is = value == 0 ? "is missing or 0" : "is " + Integer.toUnsignedString(value);
    complain(path, is + "; choose a whole number from " + from + " to " + to);
    return false;
  }

  /** Every one of them; unlike with {@code &&} each is looked at, so that each can complain. */
  private static boolean all(boolean... each) {
    for (boolean one : each) {
      if (!one) {
        return false;
      }
    }
    return true;
  }

  private void complain(String path, String text) {
    complaints.add(new LayerProblem(path, text));
  }
}
