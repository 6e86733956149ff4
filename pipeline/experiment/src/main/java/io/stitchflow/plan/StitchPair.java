package io.stitchflow.plan;

import io.stitchflow.network.CutPoint;
import io.stitchflow.stitch.Stitch;

/**
 * A sender's cut into a receiver's, under any seed.
 *
 * @param stitch between the two cuts, of the family that the experiment names or that fits
 * @param columns of its least-squares problem: numbers of the sender behind one position, and the
 *     bias
 * @param label for people; unique among the cells of a plan
 * @param column all sender cuts into one receiver cut
 */
record StitchPair(
    NetworkVariant sender,
    NetworkVariant receiver,
    Stitch stitch,
    int columns,
    String label,
    String column) {
  static StitchPair of(NetworkVariant sender, NetworkVariant receiver, Stitch stitch) {
    String from = sender.label() + "/" + stitch.from().layer();
    String to = receiver.label() + "/" + stitch.to().layer();
    return new StitchPair(
        sender,
        receiver,
        stitch,
        stitch.inputs() + 1,
        from + " -> " + to,
        sender.label() + " -> " + to);
  }

  CutPoint senderCut() {
    return stitch.from();
  }

  CutPoint receiverCut() {
    return stitch.to();
  }

  /** The name of the stitch's family. */
  String family() {
    return stitch.family().name();
  }
}
