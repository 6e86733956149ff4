package io.stitchflow.plan;

import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.v1.ElementType;

/** What stages' outputs take on the disk, in bytes, without headers: for estimates only. */
final class OutputSizes {
  /** A label byte and 3x32x32 pixels. */
  static final long IMAGE = 3073;

  static final long COMPARISON = 500;
  static final long REPORT = 100_000;

  private static final int LABEL = 1;

  /** Of moments: examples that stitches are fitted on, and those held out. */
  private static final int PARTS = 2;

  private OutputSizes() {}

  /** With its predictions, a byte an example. */
  static long network(Architecture architecture, int examples) {
    return architecture.parameterCount() * Float.BYTES + examples;
  }

  static long representation(CutPoint cut, int examples, ElementType dtype) {
    int element = dtype == ElementType.FLOAT16 ? Short.BYTES : Float.BYTES;
    return examples * (cut.elements() * (long) element + LABEL);
  }

  static long gram(StitchPair cell) {
    return PARTS * (long) cell.columns() * cell.columns() * Double.BYTES;
  }

  static long cross(StitchPair cell) {
    return PARTS * (long) cell.columns() * cell.receiverCut().channels() * Double.BYTES;
  }

  static long stitch(StitchPair cell) {
    return (long) cell.columns() * cell.receiverCut().channels() * Float.BYTES;
  }
}
