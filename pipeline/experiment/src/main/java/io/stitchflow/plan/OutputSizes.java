package io.stitchflow.plan;

import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkSource;
import io.stitchflow.v1.ElementType;

/** What stages' outputs take on the disk, in bytes, without headers: for estimates only. */
final class OutputSizes {
  static final long COMPARISON = 3_000;
  static final long REPORT = 100_000;

  private static final int LABEL = 1;

  /** Of moments: examples that stitches are fitted on, and those held out. */
  private static final int PARTS = 2;

  private OutputSizes() {}

  /**
   * A byte a pixel and a label byte.
   *
   * @param examples how many are written
   */
  static long dataset(DatasetSummary dataset, long examples) {
    long numbers =
        dataset.shape().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    return examples * (numbers * dataset.element().bytes() + LABEL);
  }

  /** With its predictions, a byte an example. */
  static long network(NetworkSource network, int examples) {
    return network.parameterCount() * Float.BYTES + examples;
  }

  static long representation(CutPoint cut, int examples, ElementType dtype) {
    int element = dtype == ElementType.FLOAT16 ? Short.BYTES : Float.BYTES;
    return examples * (cut.elements() * (long) element + LABEL);
  }

  static long gram(int columns) {
    return PARTS * (long) columns * columns * Double.BYTES;
  }

  static long cross(StitchPair cell) {
    return PARTS * (long) cell.columns() * cell.receiverCut().channels() * Double.BYTES;
  }

  static long stitch(StitchPair cell) {
    return (long) cell.columns() * cell.receiverCut().channels() * Float.BYTES;
  }
}
