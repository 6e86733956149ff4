package io.stitchflow.stitch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/** All objectives: those below, then those of the class path's {@code META-INF/services}. */
public final class Objectives {
  private static final List<Objective> ALL =
      withServices(List.of(new TaskObjective(), new CopyObjective()));

  private Objectives() {}

  private static List<Objective> withServices(List<Objective> own) {
    List<Objective> all = new ArrayList<>(own);
    ServiceLoader.load(Objective.class, Objective.class.getClassLoader()).forEach(all::add);
    if (all.stream().map(Objective::name).distinct().count() < all.size()) {
      throw new IllegalStateException("two objectives have one name: " + names(all));
    }
    return List.copyOf(all);
  }

  public static List<Objective> all() {
    return ALL;
  }

  /** The names of all objectives, in their order. */
  public static List<String> names() {
    return names(ALL);
  }

  private static List<String> names(List<Objective> objectives) {
    return objectives.stream().map(Objective::name).toList();
  }

  /**
   * The objective of that name.
   *
   * @throws IllegalArgumentException if there is none, with the names of all objectives
   */
  public static Objective get(String name) {
    return ALL.stream()
        .filter(objective -> objective.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "there is no objective '%s'; choose one of %s",
                        name,
                        String.join(", ", names()))));
  }
}
