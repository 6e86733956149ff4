package io.stitchflow.plan;

import io.stitchflow.network.CutPoint;

/**
 * A sender's cut into a receiver's, under any seed.
 *
 * @param label for people; unique among the cells of a plan
 * @param column all sender cuts into one receiver cut
 */
record Cell(
    Subject sender,
    CutPoint senderCut,
    Subject receiver,
    CutPoint receiverCut,
    String label,
    String column) {
  static Cell of(Subject sender, CutPoint senderCut, Subject receiver, CutPoint receiverCut) {
    String from = sender.label() + "/" + senderCut.layer();
    String to = receiver.label() + "/" + receiverCut.layer();
    return new Cell(
        sender, senderCut, receiver, receiverCut, from + " -> " + to, sender.label() + " -> " + to);
  }

  /** Columns of a stitch's input: channels of a patch, and the bias. */
  int columns() {
    return senderCut.channels() * patch() * patch() + 1;
  }

  /** Side of the patch of the sender's map that one position of the receiver's map sees. */
  int patch() {
    return Math.max(1, senderCut.shape().get(1) / receiverCut.shape().get(1));
  }
}
