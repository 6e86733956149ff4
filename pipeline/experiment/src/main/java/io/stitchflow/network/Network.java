package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import io.stitchflow.artifacts.Digest;
import io.stitchflow.network.Architecture.Convolution;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Values;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
  private static final double EPSILON = Functional.BatchNorm.EPSILON;

  private final Architecture architecture;
  private final Map<String, NDArray> folded = new LinkedHashMap<>();
  private final ResNet layers;

  private Network(Architecture architecture, Weights weights) {
    this.architecture = architecture;
    Lane.scoped(
        () -> {
          for (Convolution convolution : architecture.convolutions()) {
            fold(convolution, weights);
          }
        });
    NDArray weight = keep("fc.weight", weights.get("fc.weight").duplicate());
    NDArray bias = keep("fc.bias", weights.get("fc.bias").duplicate());
    this.layers = new ResNet(architecture, this::convolve, weight, bias);
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

  /** Logits [examples, classes] of images [examples, 3, 32, 32]. */
  public NDArray forward(NDArray images) {
    return toLogits(layers.layers(0, layers.layers(), Functional.channelsLast(images)));
  }

  /** The representation of images at {@code cut}. */
  public NDArray prefix(NDArray images, CutPoint cut) {
    try (NDArray y = layers.layers(0, index(cut) + 1, Functional.channelsLast(images))) {
      return Functional.channelsFirst(y);
    }
  }

  /** The logits of representations at {@code cut}. */
  public NDArray suffix(NDArray representation, CutPoint cut) {
    NDArray x = Functional.channelsLast(representation);
    return toLogits(layers.layers(index(cut) + 1, layers.layers(), x));
  }

  /**
   * The logits of representations at {@code cut}, like {@link #suffix}; the representation at each
   * later cut is fed to {@code consumer} on the way, in order, with its channels last in memory,
   * and valid until the consumer returns.
   */
  public NDArray suffix(
      NDArray representation, CutPoint cut, BiConsumer<CutPoint, NDArray> consumer) {
    NDArray y = Functional.channelsLast(representation);
    for (int i = index(cut) + 1; i < layers.layers(); i++) {
      y = layers.layers(i, i + 1, y);
      consumer.accept(architecture.cuts().get(i), y);
    }
    return toLogits(y);
  }

  /**
   * Feeds the representation at each cut, in order, to {@code consumer}, in one pass; each is valid
   * until the consumer returns.
   *
   * @return the logits
   */
  public NDArray cuts(NDArray images, BiConsumer<CutPoint, NDArray> consumer) {
    NDArray y = Functional.channelsLast(images);
    int i = 0;
    for (CutPoint cut : architecture.cuts()) {
      y = layers.layers(i, i + 1, y);
      i++;
      try (NDArray representation = Functional.channelsFirst(y)) {
        consumer.accept(cut, representation);
      }
    }
    return toLogits(y);
  }

  private NDArray toLogits(NDArray features) {
    try (features) {
      return layers.head(features);
    }
  }

  private int index(CutPoint cut) {
    return architecture.cuts().indexOf(architecture.cut(cut.layer()));
  }

  private NDArray convolve(NDArray x, Convolution convolution) {
    return Functional.conv2d(
        x,
        array(convolution.weight()),
        array(convolution.norm()),
        convolution.stride(),
        convolution.padding());
  }

  /** (w * x - mean) / deviation * scale + shift as one convolution with a bias. */
  private void fold(Convolution convolution, Weights weights) {
    Functional.BatchNorm norm = weights.norm(convolution);
    NDArray scale = norm.weight().div(norm.variance().add(EPSILON).sqrt());
    NDArray weight = weights.get(convolution.weight());
    NDArray scaled = weight.mul(scale.reshape(convolution.out(), 1, 1, 1));
    keep(convolution.weight(), Functional.channelsLast(scaled));
    keep(convolution.norm(), norm.bias().sub(norm.mean().mul(scale)));
  }

  /** Of all its arrays, as they are now: whoever uses a network can prove that it stayed frozen. */
  public Digest digest() {
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    for (NDArray array : folded.values()) {
      try (Values values = Values.of(array)) {
        byte[] bytes = new byte[values.bytes().remaining()];
        values.bytes().get(bytes);
        digests.writeBytes(Digest.of(bytes).bytes().toByteArray());
      }
    }
    return Digest.of(digests.toByteArray());
  }

  private NDArray keep(String name, NDArray array) {
    folded.put(name, Lane.keep(array));
    return array;
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
