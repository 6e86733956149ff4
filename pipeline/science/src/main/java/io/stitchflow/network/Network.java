package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import io.stitchflow.content.Digest;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A frozen network that can be cut: always in inference mode, its arrays never written to.
 *
 * <p>Each normalisation is folded into the convolution before it, once, when the network is opened;
 * prefix, suffix and whole are the same operations in the same order, so that cutting changes no
 * bit. Gradients flow through to the input where they are recorded. Inside, maps lie in memory with
 * their channels last; what comes in and goes out is row by row.
 */
public final class Network implements AutoCloseable {
  private static final int MAP_DIMENSIONS = 4; // of a batch

  private final Architecture architecture;
  private final Map<String, NDArray> folded = new LinkedHashMap<>();
  private final Frozen frozen = new Frozen();

  private Network(Architecture architecture, Weights weights) {
    this.architecture = architecture;
    Lane.scoped(
        () -> {
          for (Sequence section : architecture.sections()) {
            section.parts().forEach(part -> part.freeze(weights).forEach(this::keep));
          }
        });
  }

  /** Freezes a copy of {@code weights}, as they are now. */
  static Network of(Weights weights) {
    return new Network(weights.architecture(), weights);
  }

  /**
   * Opens a network from a safetensors file.
   *
   * @throws IllegalArgumentException if the file is not of a network, with what is missing
   */
  public static Network load(Lane lane, Path safetensors) throws IOException {
    try (Weights weights = Weights.load(lane, safetensors)) {
      return of(weights);
    }
  }

  /** An untrained network, the one that training with this seed starts from. */
  public static Network random(Lane lane, Architecture architecture, long seed) {
    try (Weights weights = Weights.random(lane, architecture, seed)) {
      return of(weights);
    }
  }

  public Architecture architecture() {
    return architecture;
  }

  /** Logits [examples, classes] of images [examples, channels, height, width]. */
  public NDArray forward(NDArray images) {
    return pass(0, architecture.sections().size(), inside(images));
  }

  /** The representation of images at {@code cut}. */
  public NDArray prefix(NDArray images, CutPoint cut) {
    try (NDArray y = pass(0, architecture.sectionsBefore(cut), inside(images))) {
      return outside(y);
    }
  }

  /** The logits of representations at {@code cut}. */
  public NDArray suffix(NDArray representation, CutPoint cut) {
    int from = architecture.sectionsBefore(cut);
    return pass(from, architecture.sections().size(), inside(representation));
  }

  /**
   * The logits of representations at {@code cut}, like {@link #suffix}; the representation at each
   * later cut is fed to {@code consumer} on the way, in order, with its channels last in memory,
   * and valid until the consumer returns.
   */
  public NDArray suffix(
      NDArray representation, CutPoint cut, BiConsumer<CutPoint, NDArray> consumer) {
    NDArray y = inside(representation);
    int i = architecture.sectionsBefore(cut);
    for (CutPoint later : architecture.cuts().subList(i, architecture.cuts().size())) {
      y = pass(i, i + 1, y);
      i++;
      consumer.accept(later, y);
    }
    return pass(i, i + 1, y);
  }

  /** What the last layer reads if representations at {@code cut} are fed in. */
  public NDArray penultimate(NDArray representation, CutPoint cut) {
    int last = architecture.sections().size() - 1;
    NDArray y = pass(architecture.sectionsBefore(cut), last, inside(representation));
    List<Step> layers = architecture.sections().get(last).layers();
    for (Step layer : layers.subList(0, layers.size() - 1)) {
      try (NDArray before = y) {
        y = layer.apply(before, frozen);
      }
    }
    return y;
  }

  /**
   * Feeds the representation at each cut, in order, to {@code consumer}, in one pass; each is valid
   * until the consumer returns.
   *
   * @return the logits
   */
  public NDArray cuts(NDArray images, BiConsumer<CutPoint, NDArray> consumer) {
    NDArray y = inside(images);
    int i = 0;
    for (CutPoint cut : architecture.cuts()) {
      y = pass(i, i + 1, y);
      i++;
      try (NDArray representation = outside(y)) {
        consumer.accept(cut, representation);
      }
    }
    return pass(i, i + 1, y);
  }

  /** The sections {@code from} until before {@code to}; closes {@code x}. */
  private NDArray pass(int from, int to, NDArray x) {
    NDArray y = x;
    for (Sequence section : architecture.sections().subList(from, to)) {
      try (NDArray before = y) {
        y = section.apply(before, frozen);
      }
    }
    return y;
  }

  /** As arrays lie in memory between layers; another array, even if it is the same. */
  private static NDArray inside(NDArray x) {
    return isMap(x) ? Functional.channelsLast(x) : x.reshape(x.getShape());
  }

  /** As arrays lie in memory elsewhere; another array, even if it is the same. */
  private static NDArray outside(NDArray y) {
    return isMap(y) ? Functional.channelsFirst(y) : y.reshape(y.getShape());
  }

  private static boolean isMap(NDArray x) {
    return x.getShape().dimension() == MAP_DIMENSIONS;
  }

  /** Layers as they are once frozen. */
  private final class Frozen implements Step.Arithmetic {
    @Override
    public NDArray convolve(NDArray x, Convolution convolution) {
      return Functional.conv2d(
          x,
          array(convolution.weight()),
          folded.get(convolution.bias()),
          convolution.stride(),
          convolution.padding());
    }

    @Override
    public NDArray normalize(NDArray x, Normalization normalization) {
      return Functional.batchNorm(x, Weights.norm(normalization, Network.this::array));
    }

    @Override
    public NDArray linear(NDArray x, Linear linear) {
      return Functional.linear(x, array(linear.weight()), folded.get(linear.bias()));
    }
  }

  /** Of all its arrays, as they are now: a caller can prove that the network stayed frozen. */
  public Digest digest() {
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    for (NDArray array : folded.values()) {
      try (HostArray values = HostArray.of(array)) {
        byte[] bytes = new byte[values.bytes().remaining()];
        values.bytes().get(bytes);
        digests.writeBytes(Digest.of(bytes).bytes().toByteArray());
      }
    }
    return Digest.of(digests.toByteArray());
  }

  private void keep(String name, NDArray array) {
    folded.put(name, Lane.keep(array));
  }

  private NDArray array(String name) {
    @Nullable NDArray array = folded.get(name);
    if (array == null) {
      throw new IllegalStateException("no array '" + name + "'");
    }
    return array;
  }

  @Override
  public void close() {
    folded.values().forEach(NDArray::close);
  }
}
