package io.stitchflow.plan;

import io.stitchflow.network.CutPoint;

/** A sender's cut into a receiver's. */
record Cell(Subject sender, CutPoint senderCut, Subject receiver, CutPoint receiverCut, long seed) {
  String label() {
    return sender.label()
        + "/"
        + senderCut.layer()
        + " -> "
        + receiver.label()
        + "/"
        + receiverCut.layer();
  }

  /** All sender cuts into one receiver cut. */
  String column() {
    return sender.label() + " -> " + receiver.label() + "/" + receiverCut.layer();
  }

  /** Side of the patch of the sender's map that one position of the receiver's map sees. */
  int patch() {
    return Math.max(1, senderCut.shape().get(1) / receiverCut.shape().get(1));
  }
}
