package io.stitchflow.stitch;

import io.stitchflow.network.CutPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * All stitch families: those below, then those of the class path's {@code META-INF/services}. Where
 * an experiment names none, a cell gets the first that fits its cuts.
 */
public final class StitchFamilies {
  private static final List<StitchFamily> ALL =
      withServices(List.of(new Flattened(), new Pointwise(), new Strided(), new Upsampled()));

  private StitchFamilies() {}

  private static List<StitchFamily> withServices(List<StitchFamily> own) {
    List<StitchFamily> all = new ArrayList<>(own);
    ServiceLoader.load(StitchFamily.class, StitchFamily.class.getClassLoader()).forEach(all::add);
    if (all.stream().map(StitchFamily::name).distinct().count() < all.size()) {
      throw new IllegalStateException("two stitch families have one name: " + names(all));
    }
    return List.copyOf(all);
  }

  public static List<StitchFamily> all() {
    return ALL;
  }

  /** The names of all families, in their order. */
  public static List<String> names() {
    return names(ALL);
  }

  private static List<String> names(List<StitchFamily> families) {
    return families.stream().map(StitchFamily::name).toList();
  }

  /**
   * The family of that name.
   *
   * @throws IllegalArgumentException if there is none, with the names of all families
   */
  public static StitchFamily get(String name) {
    return ALL.stream()
        .filter(family -> family.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "there is no stitch family '%s'; choose one of %s",
                        name,
                        String.join(", ", names()))));
  }

  /** The families that carry {@code from} into {@code to}, in the order of all families. */
  public static List<StitchFamily> fitting(CutPoint from, CutPoint to) {
    return ALL.stream().filter(family -> family.fits(from, to)).toList();
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
        ALL.stream()
            .map(family -> family.name() + " joins " + family.joins())
            .collect(Collectors.joining(", ")));
  }
}
