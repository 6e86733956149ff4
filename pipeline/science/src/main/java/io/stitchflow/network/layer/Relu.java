package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.Functional;
import io.stitchflow.v1.Layer;

/** max(x, 0). */
record Relu() implements Step {
  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return Functional.relu(x);
  }

  /** {@code relu}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.RELU;
    }

    @Override
    public Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      return new Relu();
    }
  }
}
