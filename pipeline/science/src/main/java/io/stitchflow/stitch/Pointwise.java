package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Functional;
import java.util.List;

/** A 1x1 convolution between maps of one size. */
record Pointwise() implements StitchFamily {
  @Override
  public String name() {
    return "pointwise";
  }

  @Override
  public String joins() {
    return "maps of the same height and width";
  }

  @Override
  public boolean fits(CutPoint from, CutPoint to) {
    return from.isMap() && to.isMap() && from.sides().equals(to.sides());
  }

  @Override
  public List<Integer> weightShape(CutPoint from, CutPoint to) {
    return List.of(to.channels(), from.channels(), 1, 1);
  }

  @Override
  public Regression regression(CutPoint from, CutPoint to) {
    return new Regression(List.of(1, 1), 1);
  }

  @Override
  public NDArray apply(Stitch stitch, NDArray x, NDArray weight, NDArray bias) {
    return Functional.conv2d(x, weight, bias, 1, 0);
  }
}
