package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.Functional;
import io.stitchflow.v1.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean of each channel of a map, a vector. */
record GlobalAveragePool() implements Step {
  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return Functional.globalAveragePool(x);
  }

  /** {@code global_avg_pool}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.GLOBAL_AVG_POOL;
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      @Nullable List<Integer> in = reader.map(place.path(), "a global pool");
      if (in == null) {
        return null;
      }
      reader.give(place.path(), List.of(in.get(0)));
      return new GlobalAveragePool();
    }
  }
}
