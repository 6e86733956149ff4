package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Functional;
import java.util.List;
import java.util.Objects;

/** A {@link Resampling} of the sender's positions, then the same linear layer at each. */
record Resampled() implements StitchFamily {
  @Override
  public String name() {
    return "resampled";
  }

  @Override
  public String joins() {
    return "a vector, map or token sequence to a map or token sequence of another height and width,"
        + " each a whole multiple of the other; sequences of a square number of tokens, with or"
        + " without a class token, are square maps";
  }

  @Override
  public boolean fits(CutPoint from, CutPoint to) {
    return to.isMap()
        && !from.sides().equals(to.sides())
        && Resampling.between(from.sides(), to.sides()) != null;
  }

  @Override
  public List<Integer> weightShape(CutPoint from, CutPoint to) {
    return List.of(to.channels(), from.channels(), 1, 1);
  }

  @Override
  public Regression regression(CutPoint from, CutPoint to) {
    return new Regression(to.sides(), List.of(1, 1), 1);
  }

  @Override
  public NDArray apply(Stitch stitch, NDArray x, NDArray weight, NDArray bias) {
    Resampling resampling =
        Objects.requireNonNull(
            Resampling.between(stitch.from().sides(), stitch.to().sides()), "fits");
    try (NDArray resampled = resampling.apply(x)) {
      return Functional.conv2d(resampled, weight, bias, 1, 0);
    }
  }
}
