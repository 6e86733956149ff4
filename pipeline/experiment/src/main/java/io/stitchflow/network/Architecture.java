package io.stitchflow.network;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A CIFAR ResNet of BasicBlocks: <a href="https://arxiv.org/abs/1512.03385">He et al. 2015</a> with
 * the four stages of the ImageNet networks, a 3x3 stem and no max-pool.
 *
 * @param blocks blocks in each of the four stages
 * @param width channels of the stem and the first stage; later stages have 2, 4 and 8 times as many
 * @param classes outputs of the linear layer
 */
public record Architecture(List<Integer> blocks, int width, int classes) {
  /** Of a network that does not say. */
  public static final int CLASSES = 10;

  public static final int IMAGE_CHANNELS = 3;
  public static final int IMAGE_SIZE = 32;
  static final String STEM = "stem";

  private static final int STAGES = 4;
  private static final int MOST_CLASSES = 256;
  private static final Pattern RESNET = Pattern.compile("ResNet\\((\\d+),(\\d+),(\\d+),(\\d+)\\)");

  public Architecture {
    blocks = List.copyOf(blocks);
    if (blocks.size() != STAGES || blocks.stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "a ResNet has 4 stages of at least 1 block, but was: " + blocks);
    }
    if (width < 1) {
      throw new IllegalArgumentException("width must be at least 1, but was: " + width);
    }
    // A class is a byte wherever labels and predictions are kept
    if (classes < 1 || classes > MOST_CLASSES) {
      throw new IllegalArgumentException(
          "classes must be from 1 to " + MOST_CLASSES + ", but was: " + classes);
    }
  }

  /** Of ten classes. */
  public Architecture(List<Integer> blocks, int width) {
    this(blocks, width, CLASSES);
  }

  /**
   * Reads {@code ResNet18}, {@code ResNet34} or {@code ResNet(a,b,c,d)}.
   *
   * @throws IllegalArgumentException if it is none of these, with what is understood
   */
  public static Architecture parse(String name, int width, int classes) {
    String digits =
        switch (name) {
          case "ResNet18" -> "ResNet(2,2,2,2)";
          case "ResNet34" -> "ResNet(3,4,6,3)";
          default -> name.replace(" ", "");
        };
    Matcher matcher = RESNET.matcher(digits);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          String.format(
              "unknown architecture '%s'; choose ResNet18, ResNet34 or ResNet(a,b,c,d)", name));
    }
    List<Integer> blocks = new ArrayList<>();
    for (int stage = 1; stage <= STAGES; stage++) {
      blocks.add(Integer.parseInt(matcher.group(stage)));
    }
    return new Architecture(blocks, width, classes);
  }

  /** The same, of ten classes. */
  public static Architecture parse(String name, int width) {
    return parse(name, width, CLASSES);
  }

  /** {@code ResNet(a,b,c,d)}. */
  public String name() {
    return blocks.stream().map(String::valueOf).collect(Collectors.joining(",", "ResNet(", ")"));
  }

  /** Where it can be cut, from the images to the logits: after the stem and after each block. */
  public List<CutPoint> cuts() {
    List<CutPoint> cuts = new ArrayList<>();
    cuts.add(new CutPoint(STEM, List.of(width, IMAGE_SIZE, IMAGE_SIZE)));
    for (Block block : residualBlocks()) {
      cuts.add(new CutPoint(block.name(), List.of(block.out(), block.size(), block.size())));
    }
    return List.copyOf(cuts);
  }

  /**
   * The cut after {@code layer}.
   *
   * @throws IllegalArgumentException if there is none, with those there are
   */
  public CutPoint cut(String layer) {
    return cuts().stream()
        .filter(cut -> cut.layer().equals(layer))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        "%s has no cut '%s'; choose one of %s",
                        name(),
                        layer,
                        cuts().stream().map(CutPoint::layer).collect(Collectors.joining(", ")))));
  }

  /** Trained numbers: weights, biases, and those of normalisation; not running statistics. */
  public long parameterCount() {
    return tensors().stream().filter(Tensor::isTrained).mapToLong(Tensor::elements).sum();
  }

  /** Multiply-accumulates of one image's forward pass, in convolutions and the linear layer. */
  public long macs() {
    return macsAfter(cuts().get(0)) + stem().macs();
  }

  /** Multiply-accumulates of one image's way from {@code cut} to the logits. */
  public long macsAfter(CutPoint cut) {
    List<Block> blocks = residualBlocks();
    long macs = (long) features() * classes;
    for (int i = blocks.size(); i > cuts().indexOf(cut(cut.layer())); i--) {
      macs += blocks.get(i - 1).convolutions().stream().mapToLong(Convolution::macs).sum();
    }
    return macs;
  }

  /** Every array of the network under torchvision's name, in torchvision's order. */
  public List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    for (Convolution convolution : convolutions()) {
      tensors.add(new Tensor(convolution.weight(), Role.CONVOLUTION, convolution.shape()));
      List<Integer> channels = List.of(convolution.out());
      tensors.add(new Tensor(convolution.norm() + ".weight", Role.ONE, channels));
      tensors.add(new Tensor(convolution.norm() + ".bias", Role.ZERO, channels));
      tensors.add(new Tensor(convolution.norm() + ".running_mean", Role.RUNNING_MEAN, channels));
      tensors.add(new Tensor(convolution.norm() + ".running_var", Role.RUNNING_VARIANCE, channels));
    }
    tensors.add(new Tensor("fc.weight", Role.LINEAR, List.of(classes, features())));
    tensors.add(new Tensor("fc.bias", Role.LINEAR_BIAS, List.of(classes)));
    return List.copyOf(tensors);
  }

  Convolution stem() {
    return new Convolution("conv1", "bn1", IMAGE_CHANNELS, width, 3, 1, IMAGE_SIZE);
  }

  /** Channels before the linear layer. */
  int features() {
    return width << (STAGES - 1);
  }

  List<Convolution> convolutions() {
    List<Convolution> convolutions = new ArrayList<>();
    convolutions.add(stem());
    residualBlocks().forEach(block -> convolutions.addAll(block.convolutions()));
    return convolutions;
  }

  List<Block> residualBlocks() {
    List<Block> all = new ArrayList<>();
    int in = width;
    for (int stage = 0; stage < STAGES; stage++) {
      for (int i = 0; i < blocks.get(stage); i++) {
        int out = width << stage;
        int stride = stage > 0 && i == 0 ? 2 : 1;
        String name = "layer" + (stage + 1) + "." + i;
        all.add(new Block(name, in, out, stride, IMAGE_SIZE >> stage));
        in = out;
      }
    }
    return all;
  }

  /** What an array is for, and so how it starts. */
  enum Role {
    CONVOLUTION,
    ONE,
    ZERO,
    RUNNING_MEAN,
    RUNNING_VARIANCE,
    LINEAR,
    LINEAR_BIAS
  }

  /** An array of the network. */
  public record Tensor(String name, Role role, List<Integer> shape) {
    public long elements() {
      return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    boolean isTrained() {
      return role != Role.RUNNING_MEAN && role != Role.RUNNING_VARIANCE;
    }

    boolean isDecayed() {
      return role == Role.CONVOLUTION || role == Role.LINEAR;
    }
  }

  /**
   * A convolution without bias and the batch normalisation after it.
   *
   * @param kernel side of the kernel; padding keeps the size
   * @param size side of the output
   */
  record Convolution(String name, String norm, int in, int out, int kernel, int stride, int size) {
    String weight() {
      return name + ".weight";
    }

    List<Integer> shape() {
      return List.of(out, in, kernel, kernel);
    }

    int padding() {
      return kernel / 2;
    }

    long macs() {
      return (long) in * out * kernel * kernel * size * size;
    }
  }

  /**
   * A BasicBlock: two 3x3 convolutions beside a shortcut.
   *
   * @param size side of the output
   */
  record Block(String name, int in, int out, int stride, int size) {
    Convolution first() {
      return new Convolution(name + ".conv1", name + ".bn1", in, out, 3, stride, size);
    }

    Convolution second() {
      return new Convolution(name + ".conv2", name + ".bn2", out, out, 3, 1, size);
    }

    /** The shortcut's, where it cannot be the identity. */
    Convolution downsample() {
      String shortcut = name + ".downsample";
      return new Convolution(shortcut + ".0", shortcut + ".1", in, out, 1, stride, size);
    }

    boolean downsamples() {
      return stride != 1 || in != out;
    }

    List<Convolution> convolutions() {
      return downsamples() ? List.of(first(), second(), downsample()) : List.of(first(), second());
    }
  }
}
