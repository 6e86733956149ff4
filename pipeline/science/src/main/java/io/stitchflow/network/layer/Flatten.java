package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.Functional;
import io.stitchflow.v1.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A map as a vector: channel by channel, row by row. */
record Flatten() implements Step {
  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return Functional.flatten(x);
  }

  /** {@code flatten}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.FLATTEN;
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      @Nullable List<Integer> in = reader.map(place.path(), "flatten");
      if (in == null) {
        return null;
      }
      reader.give(place.path(), List.of(in.stream().reduce(1, Math::multiplyExact)));
      return new Flatten();
    }
  }
}
