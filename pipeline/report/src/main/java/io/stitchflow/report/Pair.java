package io.stitchflow.report;

import io.stitchflow.v1.ReportNetwork;
import java.util.Locale;

/** A sender and a receiver, with all their cuts. */
record Pair(ReportNetwork sender, ReportNetwork receiver) {
  /** What a pair is called, since it decides what its numbers can show. */
  enum Kind {
    SELF(
        "self",
        "self pair: one network with itself; identity is an exact stitch where both are in one state"),
    SEED("seed", "seed pair: one architecture and width, two seeds"),
    OTHER("other", "two architectures");

    private final String brief;
    private final String text;

    Kind(String brief, String text) {
      this.brief = brief;
      this.text = text;
    }

    /** As tables write it. */
    String brief() {
      return brief;
    }

    String text() {
      return text;
    }
  }

  Kind kind() {
    if (sender.getName().equals(receiver.getName())) {
      return Kind.SELF;
    }
    boolean same =
        sender.getArchitecture().equals(receiver.getArchitecture())
            && sender.getWidth() == receiver.getWidth();
    return same ? Kind.SEED : Kind.OTHER;
  }

  /**
   * Where a cell of this pair lies.
   *
   * @throws IllegalArgumentException if the networks have no such cuts
   */
  Region region(String senderCut, String receiverCut) {
    return Region.of(
        index(sender, senderCut),
        sender.getCutCount(),
        index(receiver, receiverCut),
        receiver.getCutCount());
  }

  private static int index(ReportNetwork network, String cut) {
    int index = network.getCutList().indexOf(cut);
    if (index < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network '%s' has no cut '%s'; its cuts are %s",
              network.getName(),
              cut,
              network.getCutList()));
    }
    return index;
  }
}
