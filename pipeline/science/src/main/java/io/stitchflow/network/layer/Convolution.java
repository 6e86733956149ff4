package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.layer.Tensor.Role;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.v1.ConvolutionLayer;
import io.stitchflow.v1.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A convolution and, where there is one, the normalisation of its output.
 *
 * @param kernel side of the kernel
 * @param positions of the output, rows times columns
 */
public record Convolution(
    String name,
    @Nullable Normalization norm,
    int in,
    int out,
    int kernel,
    int stride,
    int padding,
    boolean hasBias,
    long positions)
    implements Step {
  public String weight() {
    return name + ".weight";
  }

  public String bias() {
    return name + ".bias";
  }

  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    return arithmetic.convolve(x, this);
  }

  @Override
  public List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor(weight(), Role.CONVOLUTION, List.of(out, in, kernel, kernel)));
    if (hasBias) {
      tensors.add(new Tensor(bias(), Role.ZERO, List.of(out)));
    }
    if (norm != null) {
      tensors.addAll(norm.tensors());
    }
    return tensors;
  }

  @Override
  public long macs() {
    return (long) in * out * kernel * kernel * positions;
  }

  @Override
  public boolean isOutputWritable() {
    return true;
  }

  /** One convolution, into which the normalisation is folded. */
  @Override
  public Map<String, NDArray> freeze(Function<String, NDArray> arrays) {
    Map<String, NDArray> frozen = new LinkedHashMap<>();
    if (norm == null) {
      // A 1x1 kernel lies in memory alike either way, and would stay the trained array's
      frozen.put(weight(), Functional.channelsLast(arrays.apply(weight()).duplicate()));
      if (hasBias) {
        frozen.put(bias(), arrays.apply(bias()).duplicate());
      }
      return frozen;
    }
    // (w * x + b - mean) / deviation * scale + shift
    BatchNorm moments = norm.arrays(arrays);
    NDArray scale = moments.weight().div(moments.variance().add(BatchNorm.EPSILON).sqrt());
    NDArray scaled = arrays.apply(weight()).mul(scale.reshape(out, 1, 1, 1));
    NDArray shift = moments.bias().sub(moments.mean().mul(scale));
    frozen.put(weight(), Functional.channelsLast(scaled));
    frozen.put(bias(), hasBias ? shift.add(arrays.apply(bias()).mul(scale)) : shift);
    return frozen;
  }

  /** {@code conv}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.CONV;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      ConvolutionLayer.Builder conv = layer.getConvBuilder();
      if (conv.getStride() == 0) {
        conv.setStride(1);
      }
      if (!conv.hasBias()) {
        conv.setBias(true);
      }
    }

    @Override
    public boolean absorbs(LayerType next) {
      return next.kind() == Layer.KindCase.BATCH_NORM;
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      ConvolutionLayer conv = layer.getConv();
      String path = place.path() + ".conv.";
      boolean complete =
          LayerReader.all(
              reader.inRange(path + "channels", conv.getChannels(), 1, LayerReader.MOST_CHANNELS),
              reader.inRange(path + "kernel", conv.getKernel(), 1, LayerReader.MOST_KERNEL),
              reader.inRange(path + "stride", conv.getStride(), 1, LayerReader.MOST_STRIDE),
              reader.inRange(path + "padding", conv.getPadding(), 0, LayerReader.MOST_PADDING));
      @Nullable List<Integer> in = reader.map(place.path(), "a convolution");
      if (!complete || in == null) {
        reader.lose();
        return null;
      }
      int channels = conv.getChannels();
      @Nullable List<Integer> out =
          reader.slide(
              place.path(), in, channels, conv.getKernel(), conv.getStride(), conv.getPadding());
      if (out == null) {
        return null;
      }
      reader.give(place.path(), out);
      @Nullable String norm = place.absorbed();
      return reader.own(
          place.path(),
          new Convolution(
              place.name(),
              norm == null ? null : new Normalization(norm, channels),
              in.get(0),
              channels,
              conv.getKernel(),
              conv.getStride(),
              conv.getPadding(),
              conv.getBias(),
              (long) out.get(1) * out.get(2)));
    }
  }
}
