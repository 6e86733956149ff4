package io.stitchflow.network.layer;

import io.stitchflow.v1.Layer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A type of layer that experiments describe networks by: one field of {@link Layer}'s {@code kind}.
 *
 * <p>To add a type: its field in {@code experiment.proto}, its {@link Step} with its implementation
 * of this interface, and its entry in {@link LayerTypes}. {@code LayerTypesTest} runs over all
 * types.
 */
interface LayerType {
  /** Its field. */
  Layer.KindCase kind();

  /** Makes every default of a layer of this type explicit. */
  default void fillDefaults(Layer.Builder layer) {}

  /** Whether layers are inside; one without a name then adds nothing to their names. */
  default boolean holdsLayers() {
    return false;
  }

  /** The lists of layers inside, by their fields' path: {@code residual.body}. */
  default Map<String, List<Layer>> inside(Layer layer) {
    return Map.of();
  }

  /**
   * Whether a layer of type {@code next} directly after one of this type becomes one step with it.
   */
  default boolean absorbs(LayerType next) {
    return false;
  }

  /**
   * The layer's step; the reader's shape becomes that of the layer's output.
   *
   * @param layer of this type, every default explicit
   * @return null if the layer is empty or wrong; the reader then has the problem
   */
  @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader);
}
