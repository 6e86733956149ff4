package io.stitchflow.network;

import com.google.protobuf.TextFormat;
import io.stitchflow.content.Digest;
import io.stitchflow.network.layer.LayerProblem;
import io.stitchflow.network.layer.Sequence;
import io.stitchflow.network.layer.Tensor;
import io.stitchflow.v1.ImportNetwork;
import io.stitchflow.v1.Layer;
import io.stitchflow.v1.TrainNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a network is made of: a {@link ResNet}, plain or not, at a width, or any layers that
 * somebody described.
 */
public final class Architecture implements NetworkSource {
  /** Of a stage of a ResNet. */
  public static final int MOST_BLOCKS = 64;

  /** Of a ResNet. */
  public static final int MOST_WIDTH = 1024;

  private static final Pattern RESNET =
      Pattern.compile("(ResNet|PlainNet)\\((\\d+),(\\d+),(\\d+),(\\d+)\\)");

  private final List<Integer> blocks;
  private final int width;
  private final boolean plain;
  private final ClassificationTask task;
  private final List<Layer> layers;
  private final List<Sequence> sections;
  private final List<CutPoint> cuts;

  /**
   * @param blocks none where the network is described
   * @param described none where it is not
   */
  private Architecture(
      List<Integer> blocks,
      int width,
      boolean plain,
      ClassificationTask task,
      List<Layer> described) {
    this.blocks = List.copyOf(blocks);
    this.width = width;
    this.plain = plain;
    this.task = task;
    this.layers = List.copyOf(described);
    DescribedLayers description =
        DescribedLayers.of(
            layers.isEmpty() ? ResNet.layers(blocks, width, plain, task.classes()) : layers, task);
    if (!description.complaints().isEmpty()) {
      throw new IllegalArgumentException(
          description.complaints().stream()
              .map(LayerProblem::toString)
              .collect(Collectors.joining("\n")));
    }
    this.sections = description.sections();
    this.cuts = description.cuts();
  }

  /**
   * A CIFAR ResNet.
   *
   * @param blocks blocks in each of the four stages
   * @param width channels of the stem
   * @param plain without shortcuts
   */
  private static Architecture resNet(
      List<Integer> blocks, int width, boolean plain, ClassificationTask task) {
    if (blocks.size() != ResNet.STAGES || blocks.stream().anyMatch(n -> n < 1 || n > MOST_BLOCKS)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a ResNet has 4 stages of at least 1 block, %d at most, but was: %s",
              MOST_BLOCKS,
              blocks));
    }
    if (width < 1 || width > MOST_WIDTH) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "width must be at least 1, %d at most, but was: %d", MOST_WIDTH, width));
    }
    if (task.classes() < 1 || task.classes() > ClassificationTask.MOST_CLASSES) {
      throw new IllegalArgumentException(
          "classes must be from 1 to "
              + ClassificationTask.MOST_CLASSES
              + ", but was: "
              + task.classes());
    }
    return new Architecture(blocks, width, plain, task, List.of());
  }

  /**
   * Reads {@code ResNet18}, {@code ResNet34}, {@code ResNet(a,b,c,d)}, or {@code PlainNet} in its
   * place.
   *
   * @throws IllegalArgumentException if it is none of these, with what is understood
   */
  public static Architecture parse(String name, int width, ClassificationTask task) {
    String digits =
        switch (name) {
          case "ResNet18", "PlainNet18" -> name.replace("18", "(2,2,2,2)");
          case "ResNet34", "PlainNet34" -> name.replace("34", "(3,4,6,3)");
          default -> name.replace(" ", "");
        };
    Matcher matcher = RESNET.matcher(digits);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "unknown architecture '%s'; choose ResNet18, ResNet34 or ResNet(a,b,c,d), or PlainNet"
                  + " for ResNet",
              name));
    }
    List<Integer> blocks = new ArrayList<>();
    for (int stage = 1; stage <= ResNet.STAGES; stage++) {
      blocks.add(Integer.parseInt(matcher.group(1 + stage)));
    }
    return resNet(blocks, width, matcher.group(1).equals("PlainNet"), task);
  }

  /**
   * Of layers in which every default is explicit.
   *
   * @param task of whose images they are, and of how many logits
   * @throws IllegalArgumentException if they make no network, with all that is wrong
   */
  public static Architecture described(List<Layer> layers, ClassificationTask task) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a described network needs layers, but has none");
    }
    return new Architecture(List.of(), 0, false, task, layers);
  }

  /**
   * The network of an experiment in which every default is explicit.
   *
   * @throws IllegalArgumentException if there is none, with what is wrong
   */
  public static Architecture of(io.stitchflow.v1.Network network, ClassificationTask task) {
    return network.getLayerCount() == 0
        ? parse(network.getArchitecture(), network.getWidth(), task)
        : described(network.getLayerList(), task);
  }

  /** The network that the stage trains. */
  public static Architecture of(TrainNetwork network, ClassificationTask task) {
    return network.getLayerCount() == 0
        ? resNet(network.getBlocksList(), network.getWidth(), network.getPlain(), task)
        : described(network.getLayerList(), task);
  }

  /** The network that the stage imports. */
  public static Architecture of(ImportNetwork network) {
    ClassificationTask task =
        ClassificationTask.stated(network.getImageShapeList(), network.getClasses());
    return network.getLayerCount() == 0
        ? resNet(network.getBlocksList(), network.getWidth(), network.getPlain(), task)
        : described(network.getLayerList(), task);
  }

  /** All that is wrong with layers in which every default is explicit. */
  public static List<LayerProblem> complaints(List<Layer> layers, ClassificationTask task) {
    return DescribedLayers.of(layers, task).complaints();
  }

  /** Blocks in each of the four stages; none where the network is described. */
  public List<Integer> blocks() {
    return blocks;
  }

  @Override
  public int width() {
    return width;
  }

  /** Whether it is a ResNet without shortcuts. */
  public boolean plain() {
    return plain;
  }

  @Override
  public ClassificationTask task() {
    return task;
  }

  /** Its description; none where it is a ResNet. */
  public List<Layer> layers() {
    return layers;
  }

  /**
   * {@code ResNet(a,b,c,d)}, {@code PlainNet(a,b,c,d)}, or {@code Described(3f9a12bc)} after the
   * digest of the layers.
   */
  @Override
  public String name() {
    return name(blocks, plain, layers);
  }

  /** The name of such a network, even of one that cannot be. */
  public static String name(List<Integer> blocks, boolean plain, List<Layer> layers) {
    if (!layers.isEmpty()) {
      byte[] description = TrainNetwork.newBuilder().addAllLayer(layers).build().toByteArray();
      return "Described(" + Digest.of(description).brief() + ")";
    }
    return blocks.stream()
        .map(Integer::toUnsignedString)
        .collect(Collectors.joining(",", plain ? "PlainNet(" : "ResNet(", ")"));
  }

  @Override
  public List<CutPoint> cuts() {
    return cuts;
  }

  @Override
  public long parameterCount() {
    return tensors().stream().filter(Tensor::isTrained).mapToLong(Tensor::elements).sum();
  }

  @Override
  public long macs() {
    return sections.stream().mapToLong(Sequence::macs).sum();
  }

  @Override
  public long macsAfter(CutPoint cut) {
    return sections.stream().skip(sectionsBefore(cut)).mapToLong(Sequence::macs).sum();
  }

  /** Every array of the network under PyTorch's name, in PyTorch's order. */
  List<Tensor> tensors() {
    return sections.stream().flatMap(section -> section.tensors().stream()).toList();
  }

  /** What leads to the first cut, from each cut to the next, and from the last to the logits. */
  List<Sequence> sections() {
    return sections;
  }

  /** How many sections lead to the cut. */
  private int sectionsBefore(CutPoint cut) {
    return cuts.indexOf(cut(cut.layer())) + 1;
  }

  /** The description in one line of protobuf text format. */
  String text() {
    return TextFormat.printer()
        .emittingSingleLine(true)
        .printToString(TrainNetwork.newBuilder().addAllLayer(layers));
  }

  /**
   * The network that {@link #text} is of.
   *
   * @param shape of its images, as {@link ClassificationTask#statedShape} gives it
   */
  static Architecture ofText(String text, List<Integer> shape) throws TextFormat.ParseException {
    List<Layer> layers = TextFormat.parse(text, TrainNetwork.class).getLayerList();
    return described(layers, ClassificationTask.stated(shape, outputs(layers)));
  }

  /** Logits of the last layer, at least 1: of layers that end with a linear one, its outputs. */
  public static int outputs(List<Layer> layers) {
    int outputs = layers.isEmpty() ? 0 : layers.get(layers.size() - 1).getLinear().getOutputs();
    return Math.max(1, outputs);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Architecture that
        && blocks.equals(that.blocks)
        && width == that.width
        && plain == that.plain
        && task.equals(that.task)
        && layers.equals(that.layers);
  }

  @Override
  public int hashCode() {
    return Objects.hash(blocks, width, plain, task, layers);
  }

  @Override
  public String toString() {
    return layers.isEmpty() ? name() + "/" + width : name();
  }
}
