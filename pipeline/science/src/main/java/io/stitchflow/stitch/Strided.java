package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Functional;
import java.util.List;

/**
 * A convolution whose kernel and stride are the ratio of a larger sender's map to the receiver's.
 */
record Strided() implements StitchFamily {
  @Override
  public String name() {
    return "strided";
  }

  @Override
  public String joins() {
    return "a map to one whose height and width are smaller by a whole multiple";
  }

  @Override
  public boolean fits(CutPoint from, CutPoint to) {
    return from.multipleOf(to) > 1;
  }

  @Override
  public List<Integer> weightShape(CutPoint from, CutPoint to) {
    int ratio = from.multipleOf(to);
    return List.of(to.channels(), from.channels(), ratio, ratio);
  }

  @Override
  public Regression regression(CutPoint from, CutPoint to) {
    int ratio = from.multipleOf(to);
    return new Regression(List.of(ratio, ratio), 1);
  }

  @Override
  public NDArray apply(Stitch stitch, NDArray x, NDArray weight, NDArray bias) {
    int ratio = stitch.from().multipleOf(stitch.to());
    return Functional.conv2d(x, weight, bias, ratio, 0);
  }
}
