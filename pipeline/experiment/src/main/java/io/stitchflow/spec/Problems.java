package io.stitchflow.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Everything that is wrong with an experiment, in the order in which its author reads it. */
final class Problems {
  static final int MOST_SHOWN = 100;

  private static final Pattern CREDENTIALS = Pattern.compile("(?i)(https?:/*)[^\\s'\"]*(?:@|%40)");

  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> unreadable = new HashSet<>();

  private record Problem(SourcePosition origin, String path, String text) {
    @Override
    public String toString() {
      return origin.text() + ": " + (path.isEmpty() ? "" : path + ": ") + text;
    }
  }

  /**
   * @param text what is wrong; what to do
   */
  void add(SourcePosition origin, String path, String text) {
    if (!unreadable.contains(path)) {
      problems.add(new Problem(origin, path, text));
    }
  }

  /** The same of a value that could not be read: whatever stands in for it is not complained of. */
  void addUnreadable(SourcePosition origin, String path, String text) {
    add(origin, path, text);
    unreadable.add(path);
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  /** Text with what stands before an '@' in addresses left out: it may be a password. */
  private static String withoutCredentials(String text) {
    return CREDENTIALS.matcher(text).replaceAll("$1…@");
  }

  /** The first ones, and how many more there are. */
  InvalidExperimentException exception() {
    List<String> all =
        problems.stream()
            .sorted(Comparator.comparing(Problem::origin))
            .map(Problem::toString)
            .map(Problems::withoutCredentials)
            .distinct()
            .toList();
    if (all.size() <= MOST_SHOWN) {
      return new InvalidExperimentException(all);
    }
    List<String> shown = new ArrayList<>(all.subList(0, MOST_SHOWN));
    shown.add("and " + (all.size() - MOST_SHOWN) + " more problems; fix these first");
    return new InvalidExperimentException(shown);
  }
}
