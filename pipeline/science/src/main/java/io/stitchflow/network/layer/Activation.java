package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.Functional;
import io.stitchflow.v1.Layer;

/** A function of each number by itself. */
enum Activation implements Step {
  RELU(Layer.KindCase.RELU),
  GELU(Layer.KindCase.GELU),
  SILU(Layer.KindCase.SILU),
  SIGMOID(Layer.KindCase.SIGMOID);

  private final Layer.KindCase kind;

  Activation(Layer.KindCase kind) {
    this.kind = kind;
  }

  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return switch (this) {
      case RELU -> Functional.relu(x);
      case GELU -> Functional.gelu(x);
      case SILU -> Functional.silu(x);
      case SIGMOID -> Functional.sigmoid(x);
    };
  }

  /** {@code relu}, {@code gelu}, {@code silu} or {@code sigmoid}. */
  record Type(Activation activation) implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return activation.kind;
    }

    @Override
    public Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      return activation;
    }
  }
}
