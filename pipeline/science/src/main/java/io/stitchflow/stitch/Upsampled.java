package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Functional;
import java.util.List;

/**
 * A 1x1 convolution of a smaller sender's map, then nearest-neighbour upsampling. The two commute
 * exactly, and this order is ratio² cheaper.
 */
record Upsampled() implements StitchFamily {
  @Override
  public String name() {
    return "upsampled";
  }

  @Override
  public String joins() {
    return "a map to one whose height and width are larger by a whole multiple";
  }

  @Override
  public boolean fits(CutPoint from, CutPoint to) {
    return to.multipleOf(from) > 1;
  }

  @Override
  public List<Integer> weightShape(CutPoint from, CutPoint to) {
    return List.of(to.channels(), from.channels(), 1, 1);
  }

  @Override
  public Regression regression(CutPoint from, CutPoint to) {
    return new Regression(List.of(1, 1), to.multipleOf(from));
  }

  @Override
  public NDArray apply(Stitch stitch, NDArray x, NDArray weight, NDArray bias) {
    try (NDArray small = Functional.conv2d(x, weight, bias, 1, 0)) {
      return Functional.upsampleNearest(small, stitch.to().multipleOf(stitch.from()));
    }
  }
}
