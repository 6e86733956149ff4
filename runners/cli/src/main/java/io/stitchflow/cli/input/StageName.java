package io.stitchflow.cli.input;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A stage of a plan by its ID, or by a part of the ID that no other has. */
public final class StageName {
  private static final int MOST_NAMED = 5;

  private StageName() {}

  /**
   * The one stage that has this ID or, if none has, contains this part.
   *
   * @param id the ID of a stage
   * @throws InputException if no stage or several stages contain the part
   */
  public static <T> T find(List<T> stages, Function<T, String> id, String part)
      throws InputException {
    List<T> found = new ArrayList<>();
    for (T stage : stages) {
      if (id.apply(stage).equals(part)) {
        return stage;
      }
      if (id.apply(stage).contains(part)) {
        found.add(stage);
      }
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    String some =
        (found.isEmpty() ? stages : found)
            .stream()
                .limit(MOST_NAMED)
                .map(stage -> "'" + id.apply(stage) + "'")
                .collect(Collectors.joining(", "));
    throw new InputException(
        found.isEmpty()
            ? "no stage ID contains '" + part + "'; stages are " + some + ", ..."
            : "'"
                + part
                + "' matches the IDs of "
                + found.size()
                + " stages: "
                + some
                + (found.size() > MOST_NAMED ? ", ..." : "")
                + "; write a longer part of one ID");
  }
}
