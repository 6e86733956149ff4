package io.stitchflow.memo;

import java.io.IOException;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Computes stages of one kind. */
@FunctionalInterface
public interface StageExecutor {
  /**
   * Computes stages that share a pass over their data; each stage's bytes are the same whether it
   * runs alone or in company.
   *
   * @param runs stages of one group, at least one
   * @param progress told the share done, in [0, 1], at least every few seconds
   * @throws IOException if an input cannot be read or an output cannot be written
   * @throws IllegalArgumentException if inputs and parameters do not fit together, with the values
   */
  void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException;
}
