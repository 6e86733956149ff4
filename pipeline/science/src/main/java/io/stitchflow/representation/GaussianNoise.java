package io.stitchflow.representation;

import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.v1.NoiseBaseline;
import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationCut.SourceCase;
import java.util.List;

/** Independent standard normal numbers, which have nothing to do with the images. */
final class GaussianNoise implements Baseline {
  @Override
  public SourceCase source() {
    return SourceCase.NOISE;
  }

  @Override
  public boolean isRandom(RepresentationCut cut) {
    return true;
  }

  @Override
  public List<Integer> shape(RepresentationCut cut, ClassificationTask task, List<Integer> input) {
    return cut.getNoise().getShapeCount() == 0
        ? CutPoint.crossing(task.shape())
        : cut.getNoise().getShapeList();
  }

  @Override
  public RepresentationCut keyed(RepresentationCut cut, List<Integer> shape) {
    return RepresentationCut.newBuilder()
        .setNoise(NoiseBaseline.newBuilder().addAllShape(shape))
        .build();
  }

  @Override
  public String describe(RepresentationCut cut, String input) {
    List<Integer> shape = cut.getNoise().getShapeList();
    return shape.isEmpty() ? "noise" : "noise " + shape;
  }

  @Override
  public Rows open(Inputs inputs) {
    int elements = inputs.cut().getNoise().getShapeList().stream().reduce(1, Math::multiplyExact);
    return (example, target) -> {
      for (int i = 0; i < elements; i++) {
        target.put((float) inputs.random().nextGaussian());
      }
    };
  }
}
