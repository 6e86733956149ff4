package io.stitchflow.torch;

/**
 * How a kernel moves over a map, in positions.
 *
 * @param kernel size of the kernel
 * @param stride from one position of the kernel to the next
 * @param padding on each side of the map
 * @param dilation from one row of the kernel to the next, and from one column to the next
 */
public record Window(Extent kernel, Extent stride, Extent padding, Extent dilation) {
  /** As high as it is wide, without dilation. */
  public static Window square(int kernel, int stride, int padding) {
    return new Window(
        Extent.square(kernel), Extent.square(stride), Extent.square(padding), Extent.square(1));
  }

  /** The largest kernel that fits a map of this size. */
  public Extent largestKernel(Extent map) {
    return new Extent(
        largestKernel(map.height(), padding.height(), dilation.height()),
        largestKernel(map.width(), padding.width(), dilation.width()));
  }

  private static int largestKernel(int side, int padding, int dilation) {
    return (side + 2 * padding - 1) / dilation + 1;
  }

  /** Positions of a kernel that fits. */
  public Extent positions(Extent map) {
    return new Extent(
        positions(
            map.height(), kernel.height(), stride.height(), padding.height(), dilation.height()),
        positions(map.width(), kernel.width(), stride.width(), padding.width(), dilation.width()));
  }

  private static int positions(int side, int kernel, int stride, int padding, int dilation) {
    return (side + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  }
}
