package io.stitchflow.representation;

import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationCut.SourceCase;

/** The images themselves, [channels, height, width], normalised as networks take them. */
final class ImagePixels implements Baseline {
  @Override
  public SourceCase source() {
    return SourceCase.PIXELS;
  }

  @Override
  public boolean isRandom(RepresentationCut cut) {
    return false;
  }

  @Override
  public String describe(RepresentationCut cut, String input) {
    return "pixels";
  }

  @Override
  public Rows open(Inputs inputs) {
    return (example, target) -> target.put(inputs.input().read(example));
  }
}
