package io.stitchflow.network.layer;

import io.stitchflow.v1.Layer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All layer types. */
public final class LayerTypes {
  private static final List<LayerType> ALL =
      List.of(
          new Convolution.Type(),
          new BatchNormalization.Type(),
          new LayerNormalization.Type(),
          new GroupNormalization.Type(),
          new Activation.Type(Activation.RELU),
          new Activation.Type(Activation.GELU),
          new Activation.Type(Activation.SILU),
          new Activation.Type(Activation.SIGMOID),
          new ChannelScale.Type(),
          new SelfAttention.Type(),
          new Pool.MaxType(),
          new Pool.AverageType(),
          new GlobalAveragePool.Type(),
          new Flatten.Type(),
          new Linear.Type(),
          new Residual.Type(),
          new Concatenation.Type(),
          new Sequence.Type());

  private LayerTypes() {}

  static List<LayerType> all() {
    return ALL;
  }

  /** The layer's type; null where its description says none. */
  static @Nullable LayerType find(Layer layer) {
    return ALL.stream().filter(type -> type.kind() == layer.getKindCase()).findFirst().orElse(null);
  }

  /** Whether two layers in a row become one step. */
  public static boolean isOneStep(Layer first, Layer second) {
    @Nullable LayerType type = find(first);
    @Nullable LayerType next = find(second);
    return type != null && next != null && type.absorbs(next);
  }

  /** The names of all types, for people: {@code conv, batch_norm, ... or sequence}. */
  static String names() {
    return ALL.stream()
        .map(type -> type.kind().name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "))
        .replaceFirst(", (?=[^,]*$)", " or ");
  }

  /** Makes every default of the layer and of those inside explicit. */
  public static void fillDefaults(Layer.Builder layer) {
    @Nullable LayerType type = find(layer.buildPartial());
    if (type != null) {
      type.fillDefaults(layer);
    }
  }

  /** The lists of layers inside, by their fields' path: {@code residual.body}. */
  public static Map<String, List<Layer>> inside(Layer layer) {
    @Nullable LayerType type = find(layer);
    return type == null ? Map.of() : type.inside(layer);
  }
}
