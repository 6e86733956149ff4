package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A layer of known sizes, as a part of the forward pass. Applied, it leaves its input as it is and
 * closes intermediate arrays as soon as nothing here needs them; a recorded graph keeps what its
 * gradients need.
 */
public interface Step {
  /** The operations that differ between networks in training and frozen ones. */
  interface Arithmetic {
    /** With the normalisation of its output. */
    NDArray convolve(NDArray x, Convolution convolution);

    NDArray normalize(NDArray x, BatchNormalization normalization);

    NDArray linear(NDArray x, Linear linear);

    /** The array of this name. */
    NDArray array(String name);
  }

  NDArray apply(NDArray x, Arithmetic arithmetic);

  /** Its arrays, in PyTorch's order. */
  default List<Tensor> tensors() {
    return List.of();
  }

  /** Multiply-accumulates for one image, in convolutions, linear layers and attention. */
  default long macs() {
    return 0;
  }

  /** The steps inside that have arrays and hold no other steps. */
  default List<Step> parts() {
    return tensors().isEmpty() ? List.of() : List.of(this);
  }

  /**
   * Whether its output is an array of its own that no gradient reads, so that a sum may be written
   * into it.
   */
  default boolean isOutputWritable() {
    return false;
  }

  /**
   * The arrays of a part of a frozen network by name: copies.
   *
   * @param arrays gives each array by its name
   */
  default Map<String, NDArray> freeze(Function<String, NDArray> arrays) {
    Map<String, NDArray> frozen = new LinkedHashMap<>();
    for (Tensor tensor : tensors()) {
      frozen.put(tensor.name(), arrays.apply(tensor.name()).duplicate());
    }
    return frozen;
  }
}
