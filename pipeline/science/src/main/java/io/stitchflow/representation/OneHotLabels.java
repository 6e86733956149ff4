package io.stitchflow.representation;

import io.stitchflow.network.ClassificationTask;
import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationCut.SourceCase;
import java.util.List;

/**
 * 1 in the channel of the image's class, 0 in all others: [classes, 1, 1], a map of one position,
 * which {@code upsampled} stitches spread over the receiver's map.
 */
final class OneHotLabels implements Baseline {
  @Override
  public SourceCase source() {
    return SourceCase.LABELS;
  }

  @Override
  public boolean isRandom(RepresentationCut cut) {
    return false;
  }

  @Override
  public List<Integer> shape(RepresentationCut cut, ClassificationTask task, List<Integer> input) {
    return List.of(task.classes(), 1, 1);
  }

  @Override
  public String describe(RepresentationCut cut, String input) {
    return "labels";
  }

  @Override
  public Rows open(Inputs inputs) {
    return (example, target) -> {
      int label = inputs.labelled().label(example);
      for (int i = 0; i < inputs.task().classes(); i++) {
        target.put(i == label ? 1 : 0);
      }
    };
  }
}
