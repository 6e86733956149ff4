package io.stitchflow.report.figure;

import io.stitchflow.comparison.Quantity;
import java.util.List;
import java.util.Locale;

/**
 * Perceptually uniform colours for numbers in [0, 1]: anchors at equal steps of matplotlib's maps,
 * linear in sRGB between them.
 */
enum ColorMap {
  /** Dark blue to yellow: for scores, where more is better. */
  VIRIDIS(
      List.of(
          0x440154, 0x482475, 0x414487, 0x355f8d, 0x2a788e, 0x21918c, 0x22a884, 0x44bf70, 0x7ad151,
          0xbddf26, 0xfde725)),
  /** Pale yellow to black, magma backwards: for errors, where none is pale. */
  MAGMA_REVERSED(
      List.of(
          0xfcfdbf, 0xfecf92, 0xfe9f6d, 0xf7705c, 0xde4968, 0xb73779, 0x8c2981, 0x641a80, 0x3b0f70,
          0x140e36, 0x000004));

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<Integer> anchors;

  ColorMap(List<Integer> anchors) {
    this.anchors = anchors;
  }

  /** Of a quantity: an error is pale where it is small. */
  static ColorMap of(Quantity quantity) {
    return quantity.better() == Quantity.Better.LOWER ? MAGMA_REVERSED : VIRIDIS;
  }

  /** The colour of {@code share}, clipped to [0, 1], as {@code #rrggbb}. */
  String color(double share) {
    return String.format(Locale.ROOT, "#%06x", rgb(share));
  }

  /** Black or white, whichever has more contrast on the colour of {@code share}. */
  String ink(double share) {
    double luminance = luminance(rgb(share));
    // WCAG 2: contrast is (lighter + 0.05) / (darker + 0.05)
    return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? "#ffffff" : "#000000";
  }

  /** Relative luminance of WCAG 2, in [0, 1]. */
  static double luminance(int rgb) {
    return 0.2126 * linear(rgb >> 16 & 0xff)
        + 0.7152 * linear(rgb >> 8 & 0xff)
        + 0.0722 * linear(rgb & 0xff);
  }

  int rgb(double share) {
    double place = Math.min(1, Math.max(0, share)) * (anchors.size() - 1);
    int below = Math.min((int) place, anchors.size() - 2);
    double part = place - below;
    int from = anchors.get(below);
    int to = anchors.get(below + 1);
    int rgb = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      double channel = (from >> shift & 0xff) * (1 - part) + (to >> shift & 0xff) * part;
      rgb |= (int) Math.round(channel) << shift;
    }
    return rgb;
  }

  private static double linear(int channel) {
    double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : StrictMath.pow((value + 0.055) / 1.055, 2.4);
  }
}
