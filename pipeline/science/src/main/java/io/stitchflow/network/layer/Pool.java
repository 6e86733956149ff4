package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Window;
import io.stitchflow.v1.Layer;
import io.stitchflow.v1.PoolLayer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The largest or the mean number of each window. */
record Pool(boolean largest, int kernel, int stride, int padding) implements Step {
  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return largest
        ? Functional.maxPool(x, kernel, stride, padding)
        : Functional.averagePool(x, kernel, stride, padding);
  }

  private static void fillDefaults(PoolLayer.Builder pool) {
    if (pool.getStride() == 0) {
      pool.setStride(pool.getKernel());
    }
  }

  private static @Nullable Step read(
      PoolLayer layer, String path, boolean largest, LayerReader reader) {
    boolean complete =
        LayerReader.all(
            reader.inRange(path + ".kernel", layer.getKernel(), 1, LayerReader.MOST_KERNEL),
            reader.inRange(path + ".stride", layer.getStride(), 1, LayerReader.MOST_STRIDE));
    complete =
        complete && reader.inRange(path + ".padding", layer.getPadding(), 0, layer.getKernel() / 2);
    @Nullable List<Integer> in = reader.map(path, "a pool");
    if (!complete || in == null) {
      reader.lose();
      return null;
    }
    @Nullable List<Integer> out =
        reader.slide(
            path,
            in,
            in.get(0),
            Window.square(layer.getKernel(), layer.getStride(), layer.getPadding()));
    if (out == null) {
      return null;
    }
    reader.give(path, out);
    return new Pool(largest, layer.getKernel(), layer.getStride(), layer.getPadding());
  }

  /** {@code max_pool}. */
  static final class MaxType implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.MAX_POOL;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      Pool.fillDefaults(layer.getMaxPoolBuilder());
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      return Pool.read(layer.getMaxPool(), place.path() + ".max_pool", true, reader);
    }
  }

  /** {@code avg_pool}. */
  static final class AverageType implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.AVG_POOL;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      Pool.fillDefaults(layer.getAvgPoolBuilder());
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      return Pool.read(layer.getAvgPool(), place.path() + ".avg_pool", false, reader);
    }
  }
}
