package io.stitchflow.stitch;

import io.stitchflow.network.CutPoint;
import io.stitchflow.registry.Registry;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * All stitch families: those below, then those of the class path's {@code META-INF/services}. Where
 * an experiment names none, a cell gets the first that fits its cuts.
 */
public final class StitchFamilies {
  private static final Registry<StitchFamily> ALL =
      new Registry<>(
          "stitch family",
          StitchFamily::name,
          Registry.withExtensions(
              StitchFamily.class,
              List.of(
                  new Flattened(),
                  new Pointwise(),
                  new Strided(),
                  new Upsampled(),
                  new Resampled())));

  private StitchFamilies() {}

  public static List<StitchFamily> all() {
    return ALL.all();
  }

  public static List<String> names() {
    return ALL.names();
  }

  /**
   * The family of that name.
   *
   * @throws IllegalArgumentException if there is none, with the names of all families
   */
  public static StitchFamily get(String name) {
    return ALL.get(name);
  }

  /** The families that carry {@code from} into {@code to}, in the order of all families. */
  public static List<StitchFamily> fitting(CutPoint from, CutPoint to) {
    return all().stream().filter(family -> family.fits(from, to)).toList();
  }

  /**
   * The first family that fits.
   *
   * @throws IllegalArgumentException if none does, with what each of them joins
   */
  static StitchFamily first(CutPoint from, CutPoint to) {
    return fitting(from, to).stream()
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(noneFits(from, to)));
  }

  /** That no family fits these cuts, and what each of them joins. */
  public static String noneFits(CutPoint from, CutPoint to) {
    return String.format(
        Locale.ROOT,
        "no stitch family fits '%s' %s -> '%s' %s: %s",
        from.layer(),
        from.shape(),
        to.layer(),
        to.shape(),
        all().stream()
            .map(family -> family.name() + " joins " + family.joins())
            .collect(Collectors.joining(", ")));
  }
}
