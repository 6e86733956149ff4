package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.layer.Tensor.Role;
import io.stitchflow.torch.Functional;
import io.stitchflow.v1.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A normalisation of the channels of each position, or of a vector's numbers.
 *
 * @param epsilon added to the variance
 */
record LayerNormalization(String name, int channels, double epsilon) implements Step {
  static final double EPSILON = 1e-5;

  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return Functional.layerNorm(
        x, arithmetic.array(name + ".weight"), arithmetic.array(name + ".bias"), epsilon);
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(
        new Tensor(name + ".weight", Role.ONE, List.of(channels)),
        new Tensor(name + ".bias", Role.ZERO, List.of(channels)));
  }

  /** {@code layer_norm}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.LAYER_NORM;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      if (!layer.getLayerNorm().hasEpsilon()) {
        layer.getLayerNormBuilder().setEpsilon(EPSILON);
      }
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      @Nullable List<Integer> in = reader.shape();
      return in == null
          ? null
          : reader.own(
              place.path(),
              new LayerNormalization(place.name(), in.get(0), layer.getLayerNorm().getEpsilon()));
    }
  }
}
