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
    String all = (choices.size() == 1 ? "write " : "choose one of ") + list(choices);
    return nearest.isEmpty() ? all : "did you mean '" + nearest + "'? " + all;
  }

  /** {@code stem, layer1.0, layer1.1}; of many choices the first, and how many more there are. */
  static String list(Collection<String> choices) {
    String first = choices.stream().limit(MOST_LISTED).collect(Collectors.joining(", "));
    int more = choices.size() - MOST_LISTED;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /** Least number of letters to insert, drop or replace that makes {@code b} of {@code a}. */
  static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
