package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Layers as functions of their weights, named as in torch.nn.functional. Maps are [examples,
 * channels, height, width].
 */
public final class Functional {
  private static final int MAP_DIMENSIONS = 4; // of a batch

  private Functional() {}

  /**
   * Cross-correlates, as PyTorch does.
   *
   * @param weight [out, in, height, width]
   * @param bias [out], or null for none
   */
  public static NDArray conv2d(
      NDArray x, NDArray weight, @Nullable NDArray bias, int stride, int padding) {
    Shape shape = weight.getShape();
    Extent kernel = new Extent(Math.toIntExact(shape.get(2)), Math.toIntExact(shape.get(3)));
    Window window =
        new Window(kernel, Extent.square(stride), Extent.square(padding), Extent.square(1));
    return conv2d(x, weight, bias, window, 1);
  }

  /**
   * Cross-correlates, as PyTorch does.
   *
   * @param weight [out, in / groups, height, width]
   * @param bias [out], or null for none
   */
  public static NDArray conv2d(
      NDArray x, NDArray weight, @Nullable NDArray bias, Window window, int groups) {
    LaneShutdown.check();
    if (isWrongWithChannelsLast(weight.getShape(), groups)) {
      // The layout of either decides
      try (NDArray first = channelsFirst(x);
          NDArray kernels = channelsFirst(weight);
          NDArray y = convolveAsItLies(first, kernels, bias, window, groups)) {
        return channelsLast(y);
      }
    }
    return convolveAsItLies(x, weight, bias, window, groups);
  }

  /**
   * Whether oneDNN 3.7 computes wrong outputs and gradients of the input if the channels of the
   * input are last, as it does on some processors with AVX-512: where each channel is a group and
   * gives several channels.
   */
  private static boolean isWrongWithChannelsLast(Shape weight, int groups) {
    return groups > 1 && weight.get(1) == 1 && weight.get(0) > groups;
  }

  private static NDArray convolveAsItLies(
      NDArray x, NDArray weight, @Nullable NDArray bias, Window window, int groups) {
    Supplier<NDArray> convolution =
        () ->
            JniUtils.convolution(
                (PtNDArray) x,
                (PtNDArray) weight,
                bias == null ? null : (PtNDArray) bias,
                window.stride().shape(),
                window.padding().shape(),
                window.dilation().shape(),
                groups);
    if (x.getDevice().isGpu()) {
      return convolution.get(); // not by oneDNN
    }
    ConvolutionChoice.Use use =
        new ConvolutionChoice.Use(
            x.getShape(),
            weight.getShape(),
            bias != null,
            window,
            groups,
            JniUtils.requiresGrad((PtNDArray) x),
            JniUtils.requiresGrad((PtNDArray) weight),
            ConvolutionChoice.Direction.FORWARD);
    Autograd.convolved(use);
    return ConvolutionChoice.run(List.of(use), convolution);
  }

  /**
   * x weight' + bias.
   *
   * @param x [examples, in]
   * @param weight [out, in]
   * @param bias [out], or null for none
   */
  public static NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
    LaneShutdown.check();
    return JniUtils.linear((PtNDArray) x, (PtNDArray) weight, (PtNDArray) bias);
  }

  public static NDArray relu(NDArray x) {
    return JniUtils.relu((PtNDArray) x);
  }

  /** x times the standard normal distribution function of x. */
  public static NDArray gelu(NDArray x) {
    return JniUtils.gelu((PtNDArray) x);
  }

  /** x sigmoid(x). */
  public static NDArray silu(NDArray x) {
    try (NDArray gate = sigmoid(x)) {
      return x.mul(gate);
    }
  }

  /** 1 / (1 + exp(-x)). */
  public static NDArray sigmoid(NDArray x) {
    return JniUtils.sigmoid((PtNDArray) x);
  }

  /**
   * Each channel times a number of its own.
   *
   * @param x maps, or vectors [examples, channels]
   * @param factor [channels]
   */
  public static NDArray scale(NDArray x, NDArray factor) {
    try (NDArray factors = perChannel(x, factor)) {
      return x.mul(factors);
    }
  }

  /** [channels] as an array that broadcasts over {@code x}. */
  private static NDArray perChannel(NDArray x, NDArray numbers) {
    return x.getShape().dimension() == MAP_DIMENSIONS
        ? numbers.reshape(1, numbers.size(), 1, 1)
        : numbers.reshape(1, numbers.size());
  }

  /**
   * Normalises the channels of each position of a map, or the numbers of each vector.
   *
   * @param x maps, or vectors [examples, channels]
   * @param weight [channels]
   * @param bias [channels]
   * @return maps with channels last
   */
  public static NDArray layerNorm(NDArray x, NDArray weight, NDArray bias, double epsilon) {
    if (x.getShape().dimension() != MAP_DIMENSIONS) {
      return normalizeLast(x, weight, bias, epsilon);
    }
    try (NDArray last = x.transpose(0, 2, 3, 1);
        NDArray normalized = normalizeLast(last, weight, bias, epsilon)) {
      return normalized.transpose(0, 3, 1, 2);
    }
  }

  private static NDArray normalizeLast(NDArray x, NDArray weight, NDArray bias, double epsilon) {
    LaneShutdown.check();
    return JniUtils.layerNorm(
        (PtNDArray) x, weight.getShape(), (PtNDArray) weight, (PtNDArray) bias, epsilon);
  }

  /**
   * Normalises each group of channels, all positions together.
   *
   * @param x maps, or vectors [examples, channels]
   * @param groups divides the channels
   * @param weight [channels]
   * @param bias [channels]
   * @return maps with channels last
   */
  public static NDArray groupNorm(
      NDArray x, int groups, NDArray weight, NDArray bias, double epsilon) {
    Shape shape = x.getShape();
    Shape group = new Shape(shape.size() / shape.get(0) / groups);
    try (NDArray ones = x.getManager().ones(group);
        NDArray zeros = x.getManager().zeros(group);
        NDArray rows = x.reshape(shape.get(0), groups, -1);
        NDArray normalized = normalizeLast(rows, ones, zeros, epsilon);
        NDArray channels = normalized.reshape(shape);
        NDArray scaled = scale(channels, weight);
        NDArray biases = perChannel(x, bias);
        NDArray y = scaled.add(biases)) {
      return shape.dimension() == MAP_DIMENSIONS ? channelsLast(y) : y.reshape(shape);
    }
  }

  /**
   * The channels of all parts, one part behind the other.
   *
   * @param parts maps of one height and width, or vectors [examples, channels]
   * @return maps with channels last
   */
  public static NDArray concatenate(List<NDArray> parts) {
    PtNDArray[] arrays = parts.stream().map(part -> (PtNDArray) part).toArray(PtNDArray[]::new);
    try (NDArray y = JniUtils.cat(arrays, 1)) {
      return y.getShape().dimension() == MAP_DIMENSIONS ? channelsLast(y) : y.reshape(y.getShape());
    }
  }

  /**
   * The same map with its channels next to each other in memory: what convolutions are fastest on,
   * and what they, normalisation, relu and sums keep.
   */
  public static NDArray channelsLast(NDArray x) {
    Shape shape = x.getShape();
    Shape last = new Shape(shape.get(0), shape.get(2), shape.get(3), shape.get(1));
    try (NDArray moved = x.transpose(0, 2, 3, 1);
        NDArray flat = moved.flatten(); // copies where the order in memory has to change
        NDArray map = flat.reshape(last)) {
      return map.transpose(0, 3, 1, 2);
    }
  }

  /** The same map row by row in memory, as arrays are elsewhere. */
  public static NDArray channelsFirst(NDArray x) {
    try (NDArray flat = x.flatten()) {
      return flat.reshape(x.getShape());
    }
  }

  /** Normalises each channel by the statistics given, which it leaves as they are. */
  public static NDArray batchNorm(NDArray x, BatchNorm norm) {
    return norm.apply(x, false);
  }

  /** Normalises each channel by the batch's own statistics and moves the running ones to them. */
  public static NDArray batchNormTraining(NDArray x, BatchNorm norm) {
    return norm.apply(x, true);
  }

  /** The mean of each channel: [examples, channels]. */
  public static NDArray globalAveragePool(NDArray x) {
    Shape shape = x.getShape();
    try (NDArray flat = x.reshape(shape.get(0), shape.get(1), -1)) {
      return flat.mean(new int[] {2});
    }
  }

  /** The largest number of each window; padding is smaller than any. */
  public static NDArray maxPool(NDArray x, int kernel, int stride, int padding) {
    return JniUtils.maxPool(
        (PtNDArray) x,
        new Shape(kernel, kernel),
        new Shape(stride, stride),
        new Shape(padding, padding),
        false);
  }

  /** The mean of each window; padding counts as zeros. */
  public static NDArray averagePool(NDArray x, int kernel, int stride, int padding) {
    return JniUtils.avgPool(
        (PtNDArray) x,
        new Shape(kernel, kernel),
        new Shape(stride, stride),
        new Shape(padding, padding),
        false,
        true);
  }

  /** A vector of each map, channel by channel, row by row: [examples, numbers]. */
  public static NDArray flatten(NDArray x) {
    return x.reshape(x.getShape().get(0), -1);
  }

  /** Repeats each position {@code ratio} times in both directions. */
  public static NDArray upsampleNearest(NDArray x, int ratio) {
    return resizeNearest(x, x.getShape().get(2) * ratio, x.getShape().get(3) * ratio);
  }

  /** Repeats each position until the map has this height and width, whole multiples of its own. */
  public static NDArray resizeNearest(NDArray x, long height, long width) {
    return x.getNDArrayInternal().interpolation(new long[] {height, width}, 0, false);
  }

  /**
   * The mean over examples of −log softmax(logits)[label], in nats.
   *
   * @param logits [examples, classes]
   * @param labels [examples, 1], int64
   */
  public static NDArray crossEntropy(NDArray logits, NDArray labels) {
    PtNDArray logProbabilities = JniUtils.logSoftmax((PtNDArray) logits, 1, DataType.FLOAT32);
    return JniUtils.gather(logProbabilities, (PtNDArray) labels, 1).mean().neg();
  }

  /**
   * The mean over examples of −Σ p log softmax(logits), in nats.
   *
   * @param logits [examples, classes]
   * @param probabilities p, [examples, classes]
   */
  public static NDArray softCrossEntropy(NDArray logits, NDArray probabilities) {
    PtNDArray logProbabilities = JniUtils.logSoftmax((PtNDArray) logits, 1, DataType.FLOAT32);
    return logProbabilities.mul(probabilities).sum(new int[] {1}).mean().neg();
  }

  /** The mean over elements of (x - y)². */
  public static NDArray meanSquaredError(NDArray x, NDArray y) {
    return x.sub(y).square().mean();
  }

  /**
   * The arrays of one batch normalisation, [channels] each.
   *
   * @param mean running mean
   * @param variance running variance
   */
  public record BatchNorm(NDArray weight, NDArray bias, NDArray mean, NDArray variance) {
    private static final double MOMENTUM = 0.1;
    public static final double EPSILON = 1e-5;

    private NDArray apply(NDArray x, boolean training) {
      LaneShutdown.check();
      return JniUtils.batchNorm(
          (PtNDArray) x,
          (PtNDArray) mean,
          (PtNDArray) variance,
          (PtNDArray) weight,
          (PtNDArray) bias,
          training,
          MOMENTUM,
          EPSILON);
    }
  }

  /**
   * {@code x} times a number, where a backward pass follows. DJL's {@code x.mul(number)} makes an
   * array of the number in Java's memory and closes it at once, but the backward pass reads it: if
   * Java's garbage is collected in between, gradients are multiplied by whatever lies there then.
   * This array stays until the lane's scope ends.
   */
  public static NDArray times(NDArray x, double number) {
    return x.mul(x.getManager().create(number));
  }

  /** {@code x} over a number, where a backward pass follows: as {@link #times}. */
  public static NDArray over(NDArray x, long number) {
    return x.div(x.getManager().create(number));
  }
}
