package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Evaluation;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PredictionCountsTest {
  @Test
  void add_knownLogits_countsAndAverages() {
    PredictionCounts tally = new PredictionCounts();
    try (Lane lane = Lane.open()) {
      ByteBuffer logits = Lane.allocate(4 * Float.BYTES);
      logits.putFloat(0).putFloat(0).putFloat(500).putFloat(500 + (float) Math.log(3)).flip();
      int[] labels = {1, 1};
      tally.add(lane.create(logits, new Shape(2, 2)), i -> labels[i]);
    }
    Evaluation evaluation = tally.evaluation();
    assertThat(evaluation.getExamples()).isEqualTo(2);
    assertThat(evaluation.getCorrect()).isEqualTo(1);
    assertThat(evaluation.getCrossEntropy())
        .isEqualTo((Math.log(2) + Math.log(4. / 3)) / 2, within(1e-5));
    assertThat(tally.predictions()).containsExactly(0, 1);
  }
}
