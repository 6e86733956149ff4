package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Lines;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Run;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Leaves in the store what was run and what became of it.
 *
 * @param job the run's id on a cluster, or null where it was in one process
 */
public record FinishedStages(Store store, Run run, @Nullable String job) {
  /**
   * A run that cannot be recorded still has its results: a warning is printed, the run does not
   * fail.
   */
  public void keep(StageResults results, Lines err) {
    try {
      if (job == null) {
        RunFiles.keep(store, run).writeResults(results.byStage().values());
      } else {
        RunFiles.at(store, job).shareResults(results.byStage().values());
      }
    } catch (IOException e) {
      err.println(
          "stitchflow: warning: this run is not recorded, so 'ls' and 'stats' do not know it: "
              + e.getMessage());
    }
  }
}
