package io.stitchflow.spec;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Guesses what somebody meant to write. */
public final class Suggestion {
  private static final int MOST_LISTED = 50;

  private Suggestion() {}

  /**
   * {@code did you mean 'stem'? choose one of stem, layer1.0}, the guess only where one is close
   * and closer than all others.
   */
  public static String advice(String written, Collection<String> choices) {
    String nearest = nearest(written, choices);
    String all = (choices.size() == 1 ? "write " : "choose one of ") + list(choices);
    return nearest.isEmpty() ? all : "did you mean '" + nearest + "'? " + all;
  }

  /** The one choice that is close and closer than all others; empty if there is none. */
  public static String nearest(String written, Collection<String> choices) {
    String nearest = "";
    int least = written.length() < 2 ? 1 : 2 + (written.length() - 1) / 3;
    for (String choice : choices) {
      int distance = distance(written.toLowerCase(Locale.ROOT), choice.toLowerCase(Locale.ROOT));
      if (distance < least) {
        least = distance;
        nearest = choice;
      } else if (distance == least) {
        nearest = "";
      }
    }
    return nearest;
  }

  /** {@code stem, layer1.0, layer1.1}; of many choices the first, and how many more there are. */
  static String list(Collection<String> choices) {
    String first = choices.stream().limit(MOST_LISTED).collect(Collectors.joining(", "));
    int more = choices.size() - MOST_LISTED;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /**
   * Least number of letters to insert, drop, replace or swap with the next that makes {@code b} of
   * {@code a}.
   */
  static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        edits[i][j] = i == 0 || j == 0 ? i + j : least(edits, a, b, i, j);
      }
    }
    return edits[a.length()][b.length()];
  }

  private static int least(int[][] edits, String a, String b, int i, int j) {
    boolean equal = a.charAt(i - 1) == b.charAt(j - 1);
    int least =
        Math.min(
            edits[i - 1][j - 1] + (equal ? 0 : 1), 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, edits[i - 2][j - 2] + 1) : least;
  }
}
