package io.stitchflow.report;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import java.util.Locale;

/** How conditions and solvers are called in text. */
final class Words {
  private Words() {}

  /** Sender and receiver: {@code trained → random}. */
  static String of(Condition condition) {
    return text(condition).replace("_", " → ");
  }

  static boolean randomSender(Condition condition) {
    return condition == Condition.RANDOM_TRAINED || condition == Condition.RANDOM_RANDOM;
  }

  static boolean randomReceiver(Condition condition) {
    return condition == Condition.TRAINED_RANDOM || condition == Condition.RANDOM_RANDOM;
  }

  /** {@code 1 cell}, {@code 2 cells}. */
  static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** {@code a → b (random)}. */
  static String of(Pair pair, Condition condition) {
    String[] states = text(condition).split("_", 2);
    return name(pair.sender().getName(), states[0])
        + " → "
        + name(pair.receiver().getName(), states[1]);
  }

  static String of(CopySolver solver) {
    return solver == CopySolver.SGD ? "SGD" : text(solver).replace('_', ' ');
  }

  /** As tables write it: {@code trained_random}, {@code least_squares}. */
  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String name(String network, String state) {
    return state.equals("random") ? network + " (random)" : network;
  }
}
