package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.layer.Tensor.Role;
import io.stitchflow.torch.Functional;
import io.stitchflow.v1.GroupNormLayer;
import io.stitchflow.v1.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A normalisation of each group of channels, all positions together, or of a vector's numbers.
 *
 * @param groups divides the channels
 * @param epsilon added to the variance
 */
record GroupNormalization(String name, int channels, int groups, double epsilon) implements Step {
  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return Functional.groupNorm(
        x, groups, arithmetic.array(name + ".weight"), arithmetic.array(name + ".bias"), epsilon);
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(
        new Tensor(name + ".weight", Role.ONE, List.of(channels)),
        new Tensor(name + ".bias", Role.ZERO, List.of(channels)));
  }

  /** {@code group_norm}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.GROUP_NORM;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      if (!layer.getGroupNorm().hasEpsilon()) {
        layer.getGroupNormBuilder().setEpsilon(LayerNormalization.EPSILON);
      }
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      GroupNormLayer norm = layer.getGroupNorm();
      String path = place.path() + ".group_norm.groups";
      @Nullable List<Integer> in = reader.shape();
      boolean complete = reader.inRange(path, norm.getGroups(), 1, LayerReader.MOST_CHANNELS);
      if (!complete || in == null || !reader.divides(path, norm.getGroups(), in.get(0))) {
        return null;
      }
      return reader.own(
          place.path(),
          new GroupNormalization(place.name(), in.get(0), norm.getGroups(), norm.getEpsilon()));
    }
  }
}
