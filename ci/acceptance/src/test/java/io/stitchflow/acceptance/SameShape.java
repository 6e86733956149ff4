package io.stitchflow.acceptance;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.stitch.Regression;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.stitch.StitchFamilies;
import io.stitchflow.stitch.StitchFamily;
import java.util.List;
import java.util.SplittableRandom;

/** A stitch family of another jar: pointwise between equal shapes, which starts at the identity. */
public final class SameShape implements StitchFamily {
  static final String NAME = "same_shape";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String joins() {
    return "maps of one shape";
  }

  @Override
  public boolean fits(CutPoint from, CutPoint to) {
    return from.isMap() && from.shape().equals(to.shape());
  }

  @Override
  public List<Integer> weightShape(CutPoint from, CutPoint to) {
    return pointwise().weightShape(from, to);
  }

  @Override
  public Regression regression(CutPoint from, CutPoint to) {
    return pointwise().regression(from, to);
  }

  @Override
  public NDArray apply(Stitch stitch, NDArray x, NDArray weight, NDArray bias) {
    return pointwise().apply(stitch, x, weight, bias);
  }

  @Override
  public double[] initialWeight(Stitch stitch, SplittableRandom random) {
    int channels = stitch.to().channels();
    double[] weight = new double[channels * channels];
    for (int i = 0; i < channels; i++) {
      weight[i * channels + i] = 1;
    }
    return weight;
  }

  /** Asked for late: the registry that knows it creates this object. */
  private static StitchFamily pointwise() {
    return StitchFamilies.get("pointwise");
  }
}
