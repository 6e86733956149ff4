package io.stitchflow.report.figure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ColorMapTest {
  @Test
  void color_shareAtAnchorAndBetween_isInterpolatedAndClipped() {
    assertThat(ColorMap.VIRIDIS.color(0)).isEqualTo("#440154");
    assertThat(ColorMap.VIRIDIS.color(0.5)).isEqualTo("#21918c");
    assertThat(ColorMap.VIRIDIS.color(1)).isEqualTo("#fde725");
    assertThat(ColorMap.VIRIDIS.color(-3)).isEqualTo("#440154");
    assertThat(ColorMap.VIRIDIS.color(7)).isEqualTo("#fde725");
    // Half way between 0x440154 and 0x482475
    assertThat(ColorMap.VIRIDIS.color(0.05)).isEqualTo("#461365");
  }

  @ParameterizedTest
  @EnumSource
  void ink_anyShare_isReadable(ColorMap colors) {
    for (int k = 0; k <= 1000; k++) {
      double share = k / 1000.0;
      double paper = ColorMap.luminance(colors.rgb(share));
      double ink = ColorMap.luminance(Integer.parseInt(colors.ink(share).substring(1), 16));
      double contrast = (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05);
      // WCAG 2 AA for small text
      assertThat(contrast).as("at %s", share).isGreaterThan(4.5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void luminance_risingShare_changesOneWayOnly(ColorMap colors) {
    double sign = colors == ColorMap.VIRIDIS ? 1 : -1;
    for (int k = 1; k <= 200; k++) {
      double step =
          ColorMap.luminance(colors.rgb(k / 200.0))
              - ColorMap.luminance(colors.rgb((k - 1) / 200.0));
      assertThat(step * sign).as("at %s", k).isGreaterThan(-1e-9);
    }
  }
}
