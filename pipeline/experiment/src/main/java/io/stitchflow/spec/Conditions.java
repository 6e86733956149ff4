package io.stitchflow.spec;

import io.stitchflow.v1.Condition;

/** Which half of a stitched network is random. */
public final class Conditions {
  private Conditions() {}

  public static boolean randomSender(Condition condition) {
    return condition == Condition.RANDOM_TRAINED || condition == Condition.RANDOM_RANDOM;
  }

  public static boolean randomReceiver(Condition condition) {
    return condition == Condition.TRAINED_RANDOM || condition == Condition.RANDOM_RANDOM;
  }
}
