package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.v1.Layer;
import io.stitchflow.v1.ResidualLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Body plus shortcut.
 *
 * @param shortcut null where it is the identity
 */
record Residual(Sequence body, @Nullable Sequence shortcut) implements Step {
  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    NDArray y = body.apply(x, arithmetic);
    if (shortcut == null) {
      return add(y, x);
    }
    try (NDArray other = shortcut.apply(x, arithmetic)) {
      return add(y, other);
    }
  }

  private NDArray add(NDArray y, NDArray other) {
    if (body.isOutputWritable()) {
      return y.addi(other);
    }
    try (y) {
      return y.add(other);
    }
  }

  @Override
  public List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>(body.tensors());
    if (shortcut != null) {
      tensors.addAll(shortcut.tensors());
    }
    return tensors;
  }

  @Override
  public long macs() {
    return body.macs() + (shortcut == null ? 0 : shortcut.macs());
  }

  @Override
  public List<Step> parts() {
    List<Step> parts = new ArrayList<>(body.parts());
    if (shortcut != null) {
      parts.addAll(shortcut.parts());
    }
    return parts;
  }

  /** {@code residual}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.RESIDUAL;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      layer.getResidualBuilder().getBodyBuilderList().forEach(LayerTypes::fillDefaults);
      layer.getResidualBuilder().getShortcutBuilderList().forEach(LayerTypes::fillDefaults);
    }

    @Override
    public boolean holdsLayers() {
      return true;
    }

    @Override
    public Map<String, List<Layer>> inside(Layer layer) {
      return Map.of(
          "residual.body", layer.getResidual().getBodyList(),
          "residual.shortcut", layer.getResidual().getShortcutList());
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      ResidualLayer residual = layer.getResidual();
      String path = place.path() + ".residual";
      if (residual.getBodyCount() == 0) {
        reader.complain(path, "has no body; add one");
        return null;
      }
      @Nullable List<Integer> in = reader.shape();
      @Nullable Sequence body =
          reader.read(residual.getBodyList(), path + ".body", place.name(), "");
      @Nullable List<Integer> out = reader.shape();
      reader.resume(in);
      @Nullable Sequence shortcut =
          reader.read(residual.getShortcutList(), path + ".shortcut", place.name(), "shortcut.");
      @Nullable List<Integer> other = reader.shape();
      if (out != null && other != null && !out.equals(other)) {
        reader.complain(
            path,
            "the body gives "
                + out
                + ", the shortcut "
                + other
                + "; give both the same channels and strides"
                + (residual.getShortcutCount() == 0
                    ? ", a shortcut of a 1x1 convolution for example"
                    : ""));
      }
      reader.resume(out);
      return body == null || out == null ? null : new Residual(body, shortcut);
    }
  }
}
