package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import io.stitchflow.content.Digest;
import io.stitchflow.network.layer.BatchNormalization;
import io.stitchflow.network.layer.Convolution;
import io.stitchflow.network.layer.Linear;
import io.stitchflow.network.layer.Sequence;
import io.stitchflow.network.layer.Step;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A frozen network of an {@link Architecture}.
 *
 * <p>Each normalisation is folded into the convolution before it, once, when the network is opened.
 * Inside, maps lie in memory with their channels last.
 */
public final class LayeredNetwork extends Network {
  private static final int MAP_DIMENSIONS = 4; // of a batch

  private final Architecture architecture;
  private final Map<String, NDArray> folded = new LinkedHashMap<>();
  private final Frozen frozen = new Frozen();

  private LayeredNetwork(Architecture architecture, Weights weights) {
    this.architecture = architecture;
    Lane.scoped(
        () -> {
          for (Sequence section : architecture.sections()) {
            section.parts().forEach(part -> part.freeze(weights::get).forEach(this::keep));
          }
        });
  }

  /** Freezes a copy of {@code weights}, as they are now. */
  static LayeredNetwork of(Weights weights) {
    return new LayeredNetwork(weights.architecture(), weights);
  }

  /**
   * Opens a network from a safetensors file.
   *
   * @throws IllegalArgumentException if the file is not of a network, with what is missing
   */
  public static LayeredNetwork load(Lane lane, Path safetensors) throws IOException {
    try (Weights weights = Weights.load(lane, safetensors)) {
      return of(weights);
    }
  }

  /** An untrained network, the one that training with this seed starts from. */
  public static LayeredNetwork random(Lane lane, Architecture architecture, long seed) {
    try (Weights weights = Weights.random(lane, architecture, seed)) {
      return of(weights);
    }
  }

  @Override
  public Architecture source() {
    return architecture;
  }

  @Override
  protected NDArray section(int index, NDArray x) {
    return architecture.sections().get(index).apply(x, frozen);
  }

  @Override
  protected NDArray beforeLastLayer(NDArray x) {
    List<Sequence> sections = architecture.sections();
    List<Step> layers = sections.get(sections.size() - 1).layers();
    NDArray y = x;
    for (Step layer : layers.subList(0, layers.size() - 1)) {
      try (NDArray before = y) {
        y = layer.apply(before, frozen);
      }
    }
    return y;
  }

  @Override
  protected NDArray inside(NDArray x) {
    return isMap(x) ? Functional.channelsLast(x) : x.reshape(x.getShape());
  }

  @Override
  protected NDArray outside(NDArray y) {
    return isMap(y) ? Functional.channelsFirst(y) : y.reshape(y.getShape());
  }

  private static boolean isMap(NDArray x) {
    return x.getShape().dimension() == MAP_DIMENSIONS;
  }

  @Override
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

  /** Layers as they are once frozen. */
  private final class Frozen implements Step.Arithmetic {
    @Override
    public NDArray convolve(NDArray x, Convolution convolution) {
      return Functional.conv2d(
          x,
          array(convolution.weight()),
          folded.get(convolution.bias()),
          convolution.window(),
          convolution.groups());
    }

    @Override
    public NDArray normalize(NDArray x, BatchNormalization normalization) {
      return Functional.batchNorm(x, normalization.arrays(LayeredNetwork.this::array));
    }

    @Override
    public NDArray linear(NDArray x, Linear linear) {
      return Functional.linear(x, array(linear.weight()), folded.get(linear.bias()));
    }

    @Override
    public NDArray array(String name) {
      return LayeredNetwork.this.array(name);
    }
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
