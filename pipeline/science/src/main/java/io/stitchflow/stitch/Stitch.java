package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Functional;
import java.util.List;
import java.util.Locale;

/**
 * The shape of a stitch: an affine map, with bias and without normalisation, from a sender's map to
 * a receiver's.
 */
public sealed interface Stitch {
  /** What the sender gives, [channels, height, width] or [channels]. */
  CutPoint from();

  /** What the receiver takes. */
  CutPoint to();

  /** `pointwise`, `strided`, `upsampled` or `flattened`. */
  String family();

  /** [out, in, r, r], or [out, in] where flattened. */
  List<Integer> weightShape();

  /**
   * Carries representations over.
   *
   * @param x [examples, channels, height, width] of {@link #from}
   * @param weight as {@link #weightShape}
   * @param bias [out]
   * @return [examples, ...] of {@link #to}
   */
  NDArray apply(NDArray x, NDArray weight, NDArray bias);

  /**
   * Side of the patch of the sender's map behind one position; 0 where the whole map is flattened.
   */
  int patch();

  /** How often each position is repeated, in both directions, to reach the receiver's size. */
  int upsampling();

  /** Numbers of the sender behind one position of the receiver. */
  default int inputs() {
    return weightShape().stream().skip(1).reduce(1, Math::multiplyExact);
  }

  /**
   * The family that fits.
   *
   * @throws IllegalArgumentException if none does: a vector into a map, or sizes that are not
   *     multiples
   */
  static Stitch between(CutPoint from, CutPoint to) {
    if (to.shape().size() == 1) {
      return new Flattened(from, to);
    }
    if (from.shape().size() == 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "no stitch carries the vector after '%s' %s into the map after '%s' %s; choose an earlier sender cut or a later receiver cut",
              from.layer(),
              from.shape(),
              to.layer(),
              to.shape()));
    }
    int side = from.shape().get(1);
    int wanted = to.shape().get(1);
    if (Math.max(side, wanted) % Math.min(side, wanted) != 0
        || side != from.shape().get(2)
        || wanted != to.shape().get(2)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "no stitch carries the map after '%s' %s into the map after '%s' %s: both must be square, and one side a multiple of the other",
              from.layer(),
              from.shape(),
              to.layer(),
              to.shape()));
    }
    if (side == wanted) {
      return new Pointwise(from, to);
    }
    return side > wanted
        ? new Strided(from, to, side / wanted)
        : new Upsampled(from, to, wanted / side);
  }

  private static List<Integer> kernel(CutPoint from, CutPoint to, int side) {
    return List.of(to.channels(), from.channels(), side, side);
  }

  /** Maps of one size: a 1x1 convolution. */
  record Pointwise(CutPoint from, CutPoint to) implements Stitch {
    @Override
    public String family() {
      return "pointwise";
    }

    @Override
    public List<Integer> weightShape() {
      return kernel(from, to, 1);
    }

    @Override
    public NDArray apply(NDArray x, NDArray weight, NDArray bias) {
      return Functional.conv2d(x, weight, bias, 1, 0);
    }

    @Override
    public int patch() {
      return 1;
    }

    @Override
    public int upsampling() {
      return 1;
    }
  }

  /** The sender's map is larger by {@code ratio}: a convolution with that kernel and stride. */
  record Strided(CutPoint from, CutPoint to, int ratio) implements Stitch {
    @Override
    public String family() {
      return "strided";
    }

    @Override
    public List<Integer> weightShape() {
      return kernel(from, to, ratio);
    }

    @Override
    public NDArray apply(NDArray x, NDArray weight, NDArray bias) {
      return Functional.conv2d(x, weight, bias, ratio, 0);
    }

    @Override
    public int patch() {
      return ratio;
    }

    @Override
    public int upsampling() {
      return 1;
    }
  }

  /**
   * The sender's map is smaller by {@code ratio}: a 1x1 convolution, then nearest upsampling. The
   * two commute exactly, and this order is ratio² cheaper.
   */
  record Upsampled(CutPoint from, CutPoint to, int ratio) implements Stitch {
    @Override
    public String family() {
      return "upsampled";
    }

    @Override
    public List<Integer> weightShape() {
      return kernel(from, to, 1);
    }

    @Override
    public NDArray apply(NDArray x, NDArray weight, NDArray bias) {
      try (NDArray small = Functional.conv2d(x, weight, bias, 1, 0)) {
        return Functional.upsampleNearest(small, ratio);
      }
    }

    @Override
    public int patch() {
      return 1;
    }

    @Override
    public int upsampling() {
      return ratio;
    }
  }

  /** Anything into a vector: flattened, then linear. */
  record Flattened(CutPoint from, CutPoint to) implements Stitch {
    @Override
    public String family() {
      return "flattened";
    }

    @Override
    public List<Integer> weightShape() {
      return List.of(to.channels(), from.elements());
    }

    @Override
    public NDArray apply(NDArray x, NDArray weight, NDArray bias) {
      try (NDArray flat = x.reshape(x.getShape().get(0), from.elements())) {
        return Functional.linear(flat, weight, bias);
      }
    }

    @Override
    public int patch() {
      return 0;
    }

    @Override
    public int upsampling() {
      return 1;
    }
  }
}
