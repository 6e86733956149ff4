package io.stitchflow.spec;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Pair;
import java.util.LinkedHashSet;
import java.util.Set;

/** What must hold of conditions: not everything that sends or receives has a random control. */
final class ConditionRules {
  private final Experiment written;
  private final Experiment filled;
  private final Set<String> senders;
  private final SourcePositions origins;
  private final Problems problems;

  /**
   * @param written the experiment without defaults
   * @param filled the same with all of them
   * @param senders names of senders without a network
   */
  ConditionRules(
      Experiment written,
      Experiment filled,
      Set<String> senders,
      SourcePositions origins,
      Problems problems) {
    this.written = written;
    this.filled = filled;
    this.senders = senders;
    this.origins = origins;
    this.problems = problems;
  }

  /** Adds everything that is wrong. */
  void check() {
    SettingsRules.checkTwice("condition", written.getConditionList(), origins, problems);
    checkSenders();
    checkPrograms();
  }

  private void add(String text) {
    problems.add(origins.of("condition"), "condition", text);
  }

  /** A sender without a network has no random control. */
  private void checkSenders() {
    if (!filled.getConditionList().stream().allMatch(Conditions::randomSender)) {
      return;
    }
    filled.getPairList().stream()
        .map(Pair::getSender)
        .filter(senders::contains)
        .findFirst()
        .ifPresent(
            sender ->
                add(
                    "has random senders only, but '"
                        + sender
                        + "' is a sender without a network and has no random control; add"
                        + " TRAINED_TRAINED or TRAINED_RANDOM"));
  }

  /** A program has a random control only where the experiment gives one. */
  private void checkPrograms() {
    Set<String> without = new LinkedHashSet<>();
    for (Network network : filled.getNetworkList()) {
      if (network.hasProgram() && !network.getProgram().hasRandom()) {
        without.add(network.getName());
      }
    }
    for (Condition condition : filled.getConditionList()) {
      for (Pair pair : filled.getPairList()) {
        String random =
            Conditions.randomSender(condition) && without.contains(pair.getSender())
                ? pair.getSender()
                : Conditions.randomReceiver(condition) && without.contains(pair.getReceiver())
                    ? pair.getReceiver()
                    : "";
        if (!random.isEmpty()) {
          add(
              (written.getConditionCount() == 0
                      ? "defaults to all four, but "
                      : "has " + condition + ", but ")
                  + "the program of network '"
                  + random
                  + "' has no random control; write condition: [TRAINED_TRAINED], or give one by"
                  + " program { random { ... } }");
          return;
        }
      }
    }
  }
}
