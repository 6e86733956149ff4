package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A stitch without its numbers: its family and the two cuts that it joins.
 *
 * @param from what the sender gives
 * @param to what the receiver takes
 */
public record Stitch(StitchFamily family, CutPoint from, CutPoint to) {
  public Stitch {
    if (!family.fits(from, to)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "stitch family '%s' does not fit '%s' %s -> '%s' %s: it joins %s; families that fit: %s",
              family.name(),
              from.layer(),
              from.shape(),
              to.layer(),
              to.shape(),
              family.joins(),
              fitting(from, to)));
    }
  }

  private static String fitting(CutPoint from, CutPoint to) {
    List<StitchFamily> families = StitchFamilies.fitting(from, to);
    return families.isEmpty()
        ? "none"
        : families.stream().map(StitchFamily::name).collect(Collectors.joining(", "));
  }

  /**
   * The stitch of the first family that fits.
   *
   * @throws IllegalArgumentException if none does
   */
  public static Stitch between(CutPoint from, CutPoint to) {
    return new Stitch(StitchFamilies.first(from, to), from, to);
  }

  /**
   * The stitch of the named family.
   *
   * @throws IllegalArgumentException if there is no such family or it does not fit
   */
  public static Stitch of(String family, CutPoint from, CutPoint to) {
    return new Stitch(StitchFamilies.get(family), from, to);
  }

  /**
   * The stitch that an experiment asks for.
   *
   * @param family as written; empty for the first that fits
   * @throws IllegalArgumentException if there is no such family or it does not fit
   */
  public static Stitch chosen(String family, CutPoint from, CutPoint to) {
    return family.isEmpty() ? between(from, to) : of(family, from, to);
  }

  /** [out, ...]. */
  public List<Integer> weightShape() {
    return family.weightShape(from, to);
  }

  /** Numbers of the sender that one number of the receiver is computed from. */
  public int inputs() {
    return weightShape().stream().skip(1).reduce(1, Math::multiplyExact);
  }

  public Regression regression() {
    return family.regression(from, to);
  }

  /**
   * Carries representations over.
   *
   * @param x [examples, ...] of {@link #from}
   * @param weight as {@link #weightShape}
   * @param bias [out]
   * @return [examples, ...] of {@link #to}
   */
  public NDArray apply(NDArray x, NDArray weight, NDArray bias) {
    return family.apply(this, x, weight, bias);
  }
}
