package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.layer.Tensor.Role;
import io.stitchflow.v1.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A matrix product of a vector, with or without a bias. */
public record Linear(String name, int in, int out, boolean hasBias) implements Step {
  public String weight() {
    return name + ".weight";
  }

  public String bias() {
    return name + ".bias";
  }

  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return arithmetic.linear(x, this);
  }

  @Override
  public List<Tensor> tensors() {
    double bound = 1 / Math.sqrt(in);
    Tensor weight = new Tensor(weight(), Role.LINEAR, List.of(out, in), bound);
    return hasBias
        ? List.of(weight, new Tensor(bias(), Role.LINEAR_BIAS, List.of(out), bound))
        : List.of(weight);
  }

  @Override
  public long macs() {
    return (long) in * out;
  }

  /** {@code linear}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.LINEAR;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      if (!layer.getLinear().hasBias()) {
        layer.getLinearBuilder().setBias(true);
      }
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      int outputs = layer.getLinear().getOutputs();
      boolean complete =
          reader.inRange(place.path() + ".linear.outputs", outputs, 1, LayerReader.MOST_CHANNELS);
      @Nullable List<Integer> in = reader.vector(place.path());
      if (!complete) {
        reader.lose();
        return null;
      }
      if (in == null) {
        reader.give(place.path(), List.of(outputs));
        return null;
      }
      Linear linear = new Linear(place.name(), in.get(0), outputs, layer.getLinear().getBias());
      reader.own(place.path(), linear);
      reader.give(place.path(), List.of(outputs));
      return linear;
    }
  }
}
