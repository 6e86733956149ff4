package io.stitchflow.report.cells;

import java.util.Locale;

/**
 * Where a cell lies about the proportional diagonal of its matrix.
 *
 * <p>The depth of cut i of n is i / (n - 1): 0 after the stem, 1 after the last block. A cell is on
 * the diagonal if the depths of its two cuts differ by no more than half a step of the network with
 * more cuts; so every cut of the other network has at least one diagonal cell, and in a square
 * matrix the diagonal is i = j. Off it, a cell is lower if the sender's cut is the deeper one, and
 * upper if the receiver's is.
 */
public enum Region {
  LOWER,
  DIAGONAL,
  UPPER,
  /** The sender is not a network, and its cuts have no depth. */
  NO_DEPTH;

  /**
   * The region of cell (i, j).
   *
   * @param i index of the sender's cut, from the stem
   * @param senderCuts number of the sender's cuts
   * @param j index of the receiver's cut
   * @param receiverCuts number of the receiver's cuts
   */
  static Region of(int i, int senderCuts, int j, int receiverCuts) {
    int senderBlocks = senderCuts - 1;
    int receiverBlocks = receiverCuts - 1;
    int deeper = i * receiverBlocks - j * senderBlocks;
    if (2 * Math.abs(deeper) <= Math.min(senderBlocks, receiverBlocks)) {
      return DIAGONAL;
    }
    return deeper > 0 ? LOWER : UPPER;
  }

  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
