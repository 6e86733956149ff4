package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.v1.Predictions;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictedClassesTest {
  @Test
  void of_classesOfAByte_areBytes() {
    Predictions predictions = PredictedClasses.of(List.of(0, 128, 255), List.of(7));
    assertThat(predictions.getTrain().toByteArray()).containsExactly(0, -128, -1);
    assertThat(predictions.getTrainClassCount()).isZero();
    assertThat(PredictedClasses.train(predictions)).containsExactly(0, 128, 255);
    assertThat(PredictedClasses.test(predictions)).containsExactly(7);
  }

  @Test
  void of_aLargerClassInEitherSplit_areNumbers() {
    Predictions predictions = PredictedClasses.of(List.of(0, 255), List.of(256, 65_535));
    assertThat(predictions.getTrain().size()).isZero();
    assertThat(PredictedClasses.train(predictions)).containsExactly(0, 255);
    assertThat(PredictedClasses.test(predictions)).containsExactly(256, 65_535);
  }
}
