package io.stitchflow.inspect;

import io.stitchflow.run.RunFiles;
import io.stitchflow.store.Store;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A run that the store remembers.
 *
 * @param experiment its name; empty where that cannot be read
 * @param results of all stages; none where the run goes on, was interrupted, or cannot be read
 */
record RecordedRun(String id, String experiment, List<StageResult> results) {
  /** All runs, in the order of their ids. */
  static List<RecordedRun> all(Store store) throws IOException {
    List<RecordedRun> runs = new ArrayList<>();
    for (String id : RunFiles.ids(store)) {
      RunFiles files = RunFiles.at(store, id);
      runs.add(new RecordedRun(id, experiment(files), results(files)));
    }
    return runs;
  }

  private static String experiment(RunFiles files) {
    try {
      return files.read().getExperiment().getName();
    } catch (IOException e) {
      return "";
    }
  }

  private static List<StageResult> results(RunFiles files) {
    try {
      return files.readResults();
    } catch (IOException e) {
      return List.of();
    }
  }
}
