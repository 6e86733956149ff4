package io.stitchflow.plan;

import io.stitchflow.v1.Condition;

/** Which half of a stitched network is random. */
final class Conditions {
  private Conditions() {}

  static boolean randomSender(Condition condition) {
    return condition == Condition.RANDOM_TRAINED || condition == Condition.RANDOM_RANDOM;
  }

  static boolean randomReceiver(Condition condition) {
    return condition == Condition.TRAINED_RANDOM || condition == Condition.RANDOM_RANDOM;
  }
}
