package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.layer.Tensor.Role;
import io.stitchflow.torch.Extent;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.torch.Window;
import io.stitchflow.v1.ConvolutionLayer;
import io.stitchflow.v1.Layer;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A convolution and, where there is one, the normalisation of its output.
 *
 * @param groups of channels; each group of outputs reads one group of inputs
 * @param positions of the output, rows times columns
 */
public record Convolution(
    String name,
    @Nullable BatchNormalization norm,
    int in,
    int out,
    Window window,
    int groups,
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
    Extent kernel = window.kernel();
    tensors.add(
        new Tensor(
            weight(),
            Role.CONVOLUTION,
            List.of(out, in / groups, kernel.height(), kernel.width()),
            Math.sqrt(2. / (out / groups * kernel.area())))); // Kaiming, fan out
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
    return (long) (in / groups) * out * window.kernel().area() * positions;
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
      List<Integer> kernel = brief(conv.getKernelList());
      List<Integer> stride = brief(conv.getStrideList());
      List<Integer> padding = brief(conv.getPaddingList());
      List<Integer> dilation = brief(conv.getDilationList());
      conv.clearKernel().addAllKernel(kernel);
      conv.clearStride().addAllStride(isDefault(stride, 0) ? List.of(1) : stride);
      // Fields that are younger than keys are in them only where they say something
      conv.clearPadding().addAllPadding(isDefault(padding, 0) ? List.of() : padding);
      conv.clearDilation().addAllDilation(isDefault(dilation, 1) ? List.of() : dilation);
      if (conv.getGroups() == 1) {
        conv.clearGroups();
      }
      if (!conv.hasBias()) {
        conv.setBias(true);
      }
    }

    /** One number in place of two that are equal. */
    private static List<Integer> brief(List<Integer> numbers) {
      return numbers.size() == 2 && numbers.get(0).equals(numbers.get(1))
          ? numbers.subList(0, 1)
          : numbers;
    }

    private static boolean isDefault(List<Integer> numbers, int standard) {
      return numbers.isEmpty() || numbers.equals(List.of(standard));
    }

    @Override
    public boolean absorbs(LayerType next) {
      return next.kind() == Layer.KindCase.BATCH_NORM;
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      ConvolutionLayer conv = layer.getConv();
      String path = place.path() + ".conv.";
      int channels = conv.getChannels();
      boolean makesChannels =
          reader.inRange(path + "channels", channels, 1, LayerReader.MOST_CHANNELS);
      @Nullable Window window = window(conv, path, reader);
      @Nullable List<Integer> in = reader.map(place.path(), "a convolution");
      int groups = Math.max(1, conv.getGroups());
      if (!makesChannels
          || window == null
          || in == null
          || !divides(groups, in.get(0), channels, path, reader)) {
        reader.lose();
        return null;
      }
      @Nullable List<Integer> out = reader.slide(place.path(), in, channels, window);
      if (out == null) {
        return null;
      }
      reader.give(place.path(), out);
      @Nullable String norm = place.absorbed();
      return reader.own(
          place.path(),
          new Convolution(
              place.name(),
              norm == null ? null : new BatchNormalization(norm, channels),
              in.get(0),
              channels,
              window,
              groups,
              conv.getBias(),
              (long) out.get(1) * out.get(2)));
    }

    private static @Nullable Window window(ConvolutionLayer conv, String path, LayerReader reader) {
      @Nullable Extent kernel =
          reader.extent(path + "kernel", conv.getKernelList(), 1, LayerReader.MOST_KERNEL);
      @Nullable Extent stride =
          reader.extent(path + "stride", conv.getStrideList(), 1, LayerReader.MOST_STRIDE);
      @Nullable Extent padding =
          reader.extent(
              path + "padding", orElse(conv.getPaddingList(), 0), 0, LayerReader.MOST_PADDING);
      @Nullable Extent dilation =
          reader.extent(
              path + "dilation", orElse(conv.getDilationList(), 1), 1, LayerReader.MOST_DILATION);
      return kernel == null || stride == null || padding == null || dilation == null
          ? null
          : new Window(kernel, stride, padding, dilation);
    }

    private static List<Integer> orElse(List<Integer> numbers, int standard) {
      return numbers.isEmpty() ? List.of(standard) : numbers;
    }

    private static boolean divides(int groups, int in, int out, String path, LayerReader reader) {
      if (in % groups == 0 && out % groups == 0) {
        return true;
      }
      int most = BigInteger.valueOf(in).gcd(BigInteger.valueOf(out)).intValueExact();
      reader.complain(
          path + "groups",
          "is "
              + groups
              + ", but must divide the "
              + in
              + " channels that the convolution is given and the "
              + out
              + " that it makes; choose "
              + most
              + (most > 1 ? " or a divisor of it" : ""));
      return false;
    }
  }
}
