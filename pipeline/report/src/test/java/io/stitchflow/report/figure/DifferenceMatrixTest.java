package io.stitchflow.report.figure;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.report.figure.DifferenceMatrix.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DifferenceMatrixTest {
  @Test
  void text_entries_areAlignedBelowTheHeading() {
    assertThat(
            DifferenceMatrix.text(
                "gap, B - A: a -> b",
                List.of(
                    new Entry("stem", "stem", -0.5),
                    new Entry("stem", "layer1.0", 0),
                    new Entry("layer1.0", "layer1.0", Double.POSITIVE_INFINITY))))
        .isEqualTo(
            """
            gap, B - A: a -> b
            sender \\ receiver   stem    1.0
                         stem -0.500      0
                     layer1.0      .    inf
            """);
  }

  @Test
  void text_noEntries_isEmpty() {
    assertThat(DifferenceMatrix.text("gap", List.of())).isEmpty();
  }
}
