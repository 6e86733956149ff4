package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Functional;
import java.util.List;

/** A linear layer from all numbers of the sender to a vector. */
record Flattened() implements StitchFamily {
  @Override
  public String name() {
    return "flattened";
  }

  @Override
  public String joins() {
    return "a map or vector to a vector";
  }

  @Override
  public boolean fits(CutPoint from, CutPoint to) {
    return !to.isMap();
  }

  @Override
  public List<Integer> weightShape(CutPoint from, CutPoint to) {
    return List.of(to.channels(), from.elements());
  }

  @Override
  public Regression regression(CutPoint from, CutPoint to) {
    return new Regression(from.sides(), 1);
  }

  @Override
  public NDArray apply(Stitch stitch, NDArray x, NDArray weight, NDArray bias) {
    try (NDArray flat = x.reshape(x.getShape().get(0), stitch.from().elements())) {
      return Functional.linear(flat, weight, bias);
    }
  }
}
