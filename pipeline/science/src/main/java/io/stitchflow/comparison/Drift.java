package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.v1.LaterCut;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a receiver's later cuts are from their own representations when a stitch feeds it. A
 * stitch may give what is far from expected in directions that the receiver ignores: then later
 * cuts come back to their own.
 */
final class Drift {
  private final double[] vanilla;
  private final double[] copy;

  Drift(int laterCuts) {
    this.vanilla = new double[laterCuts];
    this.copy = new double[laterCuts];
  }

  /** Adds a batch at later cut {@code i} under the vanilla stitch. */
  void addVanilla(int i, NDArray map, NDArray expected) {
    vanilla[i] += Sums.squaredDistance(map, expected);
  }

  /** Adds a batch at later cut {@code i} under the copy stitch. */
  void addCopy(int i, NDArray map, NDArray expected) {
    copy[i] += Sums.squaredDistance(map, expected);
  }

  /** R² at each later cut. */
  List<LaterCut> measured(ReceiverTargets expected) {
    List<LaterCut> cuts = new ArrayList<>();
    for (CutPoint cut : expected.laterCuts()) {
      int i = cuts.size();
      double squares = expected.laterSquares(i);
      LaterCut.Builder later = LaterCut.newBuilder().setCut(cut.layer());
      if (squares > 0) {
        later.setVanillaR2(1 - vanilla[i] / squares).setCopyR2(1 - copy[i] / squares);
      }
      cuts.add(later.build());
    }
    return cuts;
  }
}
