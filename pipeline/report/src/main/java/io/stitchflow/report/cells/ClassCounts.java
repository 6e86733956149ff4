package io.stitchflow.report.cells;

import io.stitchflow.tensors.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How many examples of a split each class has. */
public record ClassCounts(List<Integer> counts) {
  public ClassCounts {
    counts = List.copyOf(counts);
  }

  /** Counts the labels of a data set's split. */
  public static ClassCounts read(Path split) throws IOException {
    try (TensorFile file = TensorFile.open(split)) {
      List<Integer> counts = new ArrayList<>(Collections.nCopies(file.mostClasses(), 0));
      for (int row = 0; row < file.rows(); row++) {
        int label = file.label(row);
        counts.set(label, counts.get(label) + 1);
      }
      return new ClassCounts(counts);
    }
  }

  int examples() {
    return counts.stream().mapToInt(Integer::intValue).sum();
  }

  /** The share of the most frequent class, in [0, 1]; NaN without examples. */
  double majority() {
    return (double) counts.stream().mapToInt(Integer::intValue).max().orElse(0) / examples();
  }
}
