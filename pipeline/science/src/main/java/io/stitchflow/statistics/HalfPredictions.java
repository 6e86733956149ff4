package io.stitchflow.statistics;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Classes that sender and receiver predict on their own, by example of the split.
 *
 * @param sender null of a sender without a network, which predicts nothing
 */
public record HalfPredictions(@Nullable List<Integer> sender, List<Integer> receiver) {
  /**
   * Share of examples on which two predictions are the same; {@code predicted} may cover only the
   * first examples.
   */
  public static double agreement(List<Integer> predicted, List<Integer> expected) {
    if (predicted.size() > expected.size() || predicted.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d predictions cannot be held against %d",
              predicted.size(),
              expected.size()));
    }
    int same = 0;
    for (int i = 0; i < predicted.size(); i++) {
      same += predicted.get(i).equals(expected.get(i)) ? 1 : 0;
    }
    return (double) same / predicted.size();
  }
}
