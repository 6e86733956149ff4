package io.stitchflow.plan;

import io.stitchflow.network.CutPoint;
import io.stitchflow.stitch.Stitch;

/**
 * A sender's cut into a receiver's, under any seed.
 *
 * @param label for people; unique among the cells of a plan
 * @param column all sender cuts into one receiver cut
 */
record StitchPair(
    NetworkVariant sender,
    CutPoint senderCut,
    NetworkVariant receiver,
    CutPoint receiverCut,
    String label,
    String column) {
  static StitchPair of(
      NetworkVariant sender, CutPoint senderCut, NetworkVariant receiver, CutPoint receiverCut) {
    String from = sender.label() + "/" + senderCut.layer();
    String to = receiver.label() + "/" + receiverCut.layer();
    return new StitchPair(
        sender, senderCut, receiver, receiverCut, from + " -> " + to, sender.label() + " -> " + to);
  }

  /** Columns of a stitch's input: numbers of the sender behind one position, and the bias. */
  int columns() {
    return Stitch.between(senderCut, receiverCut).inputs() + 1;
  }

  /**
   * Side of the patch of the sender's map that one position of the receiver's map sees; 0 where the
   * receiver takes a vector, and so sees all of it.
   */
  int patch() {
    return Stitch.between(senderCut, receiverCut).patch();
  }
}
