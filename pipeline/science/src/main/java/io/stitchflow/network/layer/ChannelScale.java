package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.layer.Tensor.Role;
import io.stitchflow.torch.Functional;
import io.stitchflow.v1.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Each channel, or number of a vector, times a learned factor. The array has the name that timm's
 * LayerScale gives it.
 *
 * @param initial each factor before training
 */
record ChannelScale(String name, int channels, double initial) implements Step {
  private String gamma() {
    return name + ".gamma";
  }

  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return Functional.scale(x, arithmetic.array(gamma()));
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(new Tensor(gamma(), Role.SCALE, List.of(channels), initial));
  }

  @Override
  public boolean isOutputWritable() {
    return true;
  }

  /** {@code scale}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.SCALE;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      if (!layer.getScale().hasInitial()) {
        layer.getScaleBuilder().setInitial(1);
      }
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      @Nullable List<Integer> in = reader.shape();
      return in == null
          ? null
          : reader.own(
              place.path(),
              new ChannelScale(place.name(), in.get(0), layer.getScale().getInitial()));
    }
  }
}
