package io.stitchflow.objective;

import io.stitchflow.registry.Registry;
import java.util.List;

/** All objectives: those below, then those of the class path's {@code META-INF/services}. */
public final class Objectives {
  private static final Registry<Objective> ALL =
      new Registry<>(
          "objective",
          Objective::name,
          Registry.withExtensions(
              Objective.class,
              List.of(
                  new TaskObjective(),
                  new CopyObjective(),
                  new SoftLabelsObjective(),
                  new LaterObjective(),
                  new PenultimateObjective())));

  private Objectives() {}

  public static List<Objective> all() {
    return ALL.all();
  }

  public static List<String> names() {
    return ALL.names();
  }

  /**
   * The objective of that name.
   *
   * @throws IllegalArgumentException if there is none, with the names of all objectives
   */
  public static Objective get(String name) {
    return ALL.get(name);
  }
}
