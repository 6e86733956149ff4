package io.stitchflow.inspect;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A field in which an action is not what another one was.
 *
 * @param field its path: {@code recipe.epochs}, {@code input[network]}
 * @param from null where the other action has no such field
 * @param to null where this one has none, or does not know yet
 * @param because of an input, what made it another one
 */
public record Difference(
    String field, @Nullable String from, @Nullable String to, List<Cause> because) {
  private static final String NONE = "(none)";
  private static final int DIGITS = 8;

  public Difference {
    because = List.copyOf(because);
  }

  public boolean isInput() {
    return Fields.isInput(field);
  }

  /** {@code seed 2 -> 3}; digests in brief. */
  public String change() {
    return field + " " + shown(from) + " -> " + shown(to);
  }

  private String shown(@Nullable String value) {
    if (value == null) {
      return NONE;
    }
    return isInput() ? value.substring(0, Math.min(DIGITS, value.length())) : value;
  }

  /** In the order of the fields before, then of those that are new; without reasons. */
  static List<Difference> between(Map<String, String> before, Map<String, String> now) {
    Set<String> paths = new LinkedHashSet<>(before.keySet());
    paths.addAll(now.keySet());
    List<Difference> differences = new ArrayList<>();
    for (String path : paths) {
      @Nullable String from = before.get(path);
      @Nullable String to = now.get(path);
      if (!Objects.equals(from, to)) {
        differences.add(new Difference(path, from, to, List.of()));
      }
    }
    return differences;
  }
}
