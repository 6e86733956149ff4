package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.v1.Layer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One after another; at least one. */
public record Sequence(List<Step> steps) implements Step {
  public Sequence {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("a sequence needs a step, but has none");
    }
  }

  /** Its steps; in place of sequences inside, theirs. */
  public List<Step> layers() {
    return steps.stream()
        .flatMap(step -> step instanceof Sequence inner ? inner.layers().stream() : Stream.of(step))
        .toList();
  }

  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    NDArray y = steps.get(0).apply(x, arithmetic);
    for (Step step : steps.subList(1, steps.size())) {
      try (NDArray before = y) {
        y = step.apply(before, arithmetic);
      }
    }
    return y;
  }

  @Override
  public List<Tensor> tensors() {
    return steps.stream().flatMap(step -> step.tensors().stream()).toList();
  }

  @Override
  public long macs() {
    return steps.stream().mapToLong(Step::macs).sum();
  }

  @Override
  public List<Step> parts() {
    return steps.stream().flatMap(step -> step.parts().stream()).toList();
  }

  @Override
  public boolean isOutputWritable() {
    return steps.get(steps.size() - 1).isOutputWritable();
  }

  /** {@code sequence}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.SEQUENCE;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      layer.getSequenceBuilder().getLayerBuilderList().forEach(LayerTypes::fillDefaults);
    }

    @Override
    public boolean holdsLayers() {
      return true;
    }

    @Override
    public Map<String, List<Layer>> inside(Layer layer) {
      return Map.of("sequence.layer", layer.getSequence().getLayerList());
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      String path = place.path() + ".sequence";
      if (layer.getSequence().getLayerCount() == 0) {
        reader.complain(path, "has no layer; add one, or drop it");
      }
      return reader.read(layer.getSequence().getLayerList(), path + ".layer", place.name(), "");
    }
  }
}
