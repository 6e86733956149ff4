package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.layer.Tensor.Role;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.v1.Layer;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A batch normalisation of {@code channels} channels, or of a vector's numbers. */
public record BatchNormalization(String name, int channels) implements Step {
  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return arithmetic.normalize(x, this);
  }

  @Override
  public List<Tensor> tensors() {
    List<Integer> shape = List.of(channels);
    return List.of(
        new Tensor(name + ".weight", Role.ONE, shape),
        new Tensor(name + ".bias", Role.ZERO, shape),
        new Tensor(name + ".running_mean", Role.RUNNING_MEAN, shape),
        new Tensor(name + ".running_var", Role.RUNNING_VARIANCE, shape));
  }

  @Override
  public boolean isOutputWritable() {
    return true;
  }

  /**
   * Its arrays.
   *
   * @param arrays gives each array by its name
   */
  public BatchNorm arrays(Function<String, NDArray> arrays) {
    return new BatchNorm(
        arrays.apply(name + ".weight"),
        arrays.apply(name + ".bias"),
        arrays.apply(name + ".running_mean"),
        arrays.apply(name + ".running_var"));
  }

  /** {@code batch_norm}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.BATCH_NORM;
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      @Nullable List<Integer> in = reader.shape();
      return in == null
          ? null
          : reader.own(place.path(), new BatchNormalization(place.name(), in.get(0)));
    }
  }
}
