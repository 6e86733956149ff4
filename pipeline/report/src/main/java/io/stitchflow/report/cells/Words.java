package io.stitchflow.report.cells;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import java.util.Locale;

/** How conditions and solvers are called in text. */
public final class Words {
  private Words() {}

  /** Sender and receiver: {@code trained → random}. */
  public static String of(Condition condition) {
    return text(condition).replace("_", " → ");
  }

  static boolean randomSender(Condition condition) {
    return condition == Condition.RANDOM_TRAINED || condition == Condition.RANDOM_RANDOM;
  }

  static boolean randomReceiver(Condition condition) {
    return condition == Condition.TRAINED_RANDOM || condition == Condition.RANDOM_RANDOM;
  }

  /** {@code 1 cell}, {@code 2 cells}. */
  public static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** {@code a → b (random)}. */
  public static String of(Pair pair, Condition condition) {
    String[] states = text(condition).split("_", 2);
    return name(pair.sender().getName(), states[0])
        + " → "
        + name(pair.receiver().getName(), states[1]);
  }

  /** {@code a}, {@code a (random)}. */
  static String of(NetworkRow row) {
    return name(row.name(), row.network().getRandom() ? "random" : "");
  }

  public static String of(CopySolver solver) {
    return solver == CopySolver.SGD ? "SGD" : text(solver).replace('_', ' ');
  }

  /** As tables write it: {@code trained_random}, {@code least_squares}. */
  public static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String name(String network, String state) {
    return state.equals("random") ? network + " (random)" : network;
  }
}
