package io.stitchflow.transforms;

import io.stitchflow.stage.Phase;

/** Imports data sets. Input and output as in {@link RunPhase}. */
public final class ImportDatasets extends RunPhase {
  private ImportDatasets(RunSpec run) {
    super(Phase.IMPORT_DATASETS, run);
  }

  /** The stages of {@code run} in this phase. */
  public static ImportDatasets of(RunSpec run) {
    return new ImportDatasets(run);
  }
}
