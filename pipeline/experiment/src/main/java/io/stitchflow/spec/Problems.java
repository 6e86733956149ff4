package io.stitchflow.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Everything that is wrong with an experiment, in the order in which its author reads it. */
final class Problems {
  static final int MOST_SHOWN = 100;

  private static final Pattern CREDENTIALS = Pattern.compile("(?i)(https?:/*)[^\\s'\"]*(?:@|%40)");

  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> unreadable = new HashSet<>();

  private record Problem(SourcePosition origin, String path, Supplier<String> text) {
    /** One line, without what stands before an '@' in addresses: it may be a password. */
    String line() {
      String line = origin.text() + ": " + (path.isEmpty() ? "" : path + ": ") + text.get();
      return CREDENTIALS.matcher(line).replaceAll("$1…@");
    }
  }

  /**
   * @param text what is wrong; what to do
   */
  void add(SourcePosition origin, String path, String text) {
    add(origin, path, () -> text);
  }

  /**
   * The same with a text that is composed only if it is shown: of a million problems a hundred are.
   */
  void add(SourcePosition origin, String path, Supplier<String> text) {
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

  /** The first ones without repetitions, and how many more there are. */
  InvalidExperimentException exception() {
    problems.sort(Comparator.comparing(Problem::origin));
    Set<String> shown = new LinkedHashSet<>();
    int read = 0;
    while (read < problems.size() && shown.size() < MOST_SHOWN) {
      shown.add(problems.get(read).line());
      read++;
    }
    List<String> lines = new ArrayList<>(shown);
    if (read < problems.size()) {
      lines.add("and " + (problems.size() - read) + " more problems; fix these first");
    }
    return new InvalidExperimentException(lines);
  }
}
