package io.stitchflow.representation;

import io.stitchflow.v1.RepresentationCut;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All baselines. */
public final class Baselines {
  private static final List<Baseline> ALL =
      List.of(
          new ImagePixels(),
          new ClassMeans(),
          new GaussianNoise(),
          new OneHotLabels(),
          new ShuffledExamples());

  private Baselines() {}

  static List<Baseline> all() {
    return ALL;
  }

  /** The cut's baseline; null where its source is a file or missing. */
  public static @Nullable Baseline find(RepresentationCut cut) {
    return ALL.stream()
        .filter(each -> each.source() == cut.getSourceCase())
        .findFirst()
        .orElse(null);
  }

  /**
   * The cut's baseline.
   *
   * @throws IllegalArgumentException if its source is none
   */
  public static Baseline get(RepresentationCut cut) {
    @Nullable Baseline found = find(cut);
    if (found == null) {
      throw new IllegalArgumentException(
          "a cut's source must be one of " + names() + ", but was: " + cut.getSourceCase());
    }
    return found;
  }

  /** Their fields, for people: {@code pixels, class_means, noise, labels, shuffled}. */
  public static String names() {
    return ALL.stream().map(Baseline::name).collect(Collectors.joining(", "));
  }
}
