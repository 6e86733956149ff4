package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.layer.Tensor.Role;
import io.stitchflow.torch.Attention;
import io.stitchflow.v1.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention of every position of a map to all. The arrays have the names that
 * torch.nn.MultiheadAttention gives them.
 *
 * @param heads divides the channels
 * @param positions of the map
 */
record SelfAttention(String name, int channels, int heads, long positions) implements Step {
  private String inWeight() {
    return name + ".in_proj_weight";
  }

  private String inBias() {
    return name + ".in_proj_bias";
  }

  private String outWeight() {
    return name + ".out_proj.weight";
  }

  private String outBias() {
    return name + ".out_proj.bias";
  }

  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return new Attention(
            arithmetic.array(inWeight()),
            arithmetic.array(inBias()),
            arithmetic.array(outWeight()),
            arithmetic.array(outBias()),
            heads)
        .apply(x);
  }

  /** Starting as torch.nn.MultiheadAttention does: Xavier-uniform queries, keys and values. */
  @Override
  public List<Tensor> tensors() {
    int projected = Math.multiplyExact(3, channels);
    return List.of(
        new Tensor(
            inWeight(),
            Role.LINEAR,
            List.of(projected, channels),
            Math.sqrt(6. / (projected + channels))),
        new Tensor(inBias(), Role.ZERO, List.of(projected)),
        new Tensor(outWeight(), Role.LINEAR, List.of(channels, channels), 1 / Math.sqrt(channels)),
        new Tensor(outBias(), Role.ZERO, List.of(channels)));
  }

  @Override
  public long macs() {
    return 4L * channels * channels * positions + 2L * channels * positions * positions;
  }

  /** {@code attention}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.ATTENTION;
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      int heads = layer.getAttention().getHeads();
      String path = place.path() + ".attention.heads";
      boolean complete = reader.inRange(path, heads, 1, LayerReader.MOST_CHANNELS);
      @Nullable List<Integer> in = reader.map(place.path(), "attention");
      if (!complete || in == null || !reader.divides(path, heads, in.get(0))) {
        return null;
      }
      long positions = (long) in.get(1) * in.get(2);
      long weights = positions * positions * heads;
      if (weights > LayerReader.MOST_ELEMENTS) {
        reader.complain(
            place.path(),
            "gives "
                + weights
                + " attention weights to an image of "
                + positions
                + " positions; choose fewer heads or a smaller map, for "
                + LayerReader.MOST_ELEMENTS
                + " at most");
        return null;
      }
      return reader.own(place.path(), new SelfAttention(place.name(), in.get(0), heads, positions));
    }
  }
}
