package io.stitchflow.cli.command;

import io.stitchflow.cli.progress.StageResults;
import io.stitchflow.plan.PartialReport;
import io.stitchflow.run.RunListener;
import io.stitchflow.run.Worker;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a run reports although some of its cells failed. */
final class IncompleteReport {
  private static final RunListener SILENT =
      new RunListener() {
        @Override
        public void started(List<Stage> group, String worker) {}

        @Override
        public void advanced(List<Stage> group, double share) {}

        @Override
        public void finished(Stage stage, StageResult result) {}
      };

  private IncompleteReport() {}

  /**
   * Writes the report of the cells that were compared, in this process, where the whole report
   * could not be written.
   *
   * @return the results, with that of this report in place of the whole one's
   */
  static StageResults ofWhatWasCompared(Plan plan, StageResults results, Store store)
      throws InterruptedException {
    Optional<Plan> partial = PartialReport.of(plan, results::done);
    if (partial.isEmpty()) {
      return results;
    }
    Stage report = partial.get().getStage(partial.get().getStageCount() - 1);
    Map<String, StageResult> upstream =
        results.byStage().values().stream()
            .filter(StageResult::hasResult)
            .collect(Collectors.toMap(StageResult::getStage, Function.identity()));
    List<StageResult> written =
        new Worker(store, 1).run(List.of(report), partial.get(), upstream, SILENT);
    return results.with(written.get(0));
  }
}
