package io.stitchflow.cli.execution;

import io.stitchflow.cli.input.InputException;
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

/** What is reported although some cells have no result. */
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
    return write(partial.get(), results, store);
  }

  /**
   * Writes the report of the cells that have a comparison in the store, in this process; the whole
   * report where all have.
   *
   * @param stored the results that are in the store
   * @throws InputException if no cell has one, or the data set's labels are not there
   */
  static StageResults ofWhatIsStored(Plan plan, StageResults stored, Store store)
      throws InputException, InterruptedException {
    if (stored.report() != null) {
      return stored;
    }
    Plan reported = PartialReport.of(plan, stored::done).orElse(plan);
    Stage report = reported.getStage(reported.getStageCount() - 1);
    if (!report.getDependencyList().stream().allMatch(each -> stored.done(each.getStage()))) {
      throw new InputException(
          store.location()
              + ": has results of "
              + stored.byStage().size()
              + " of the experiment's "
              + plan.getStageCount()
              + " stages, and no comparison among them, so there is nothing to report; 'run' computes them");
    }
    return write(reported, stored, store);
  }

  /** With the result of the last stage, the report, in place of another one. */
  private static StageResults write(Plan plan, StageResults results, Store store)
      throws InterruptedException {
    Stage report = plan.getStage(plan.getStageCount() - 1);
    Map<String, StageResult> upstream =
        results.byStage().values().stream()
            .filter(StageResult::hasResult)
            .collect(Collectors.toMap(StageResult::getStage, Function.identity()));
    return results.with(new Worker(store, 1).run(List.of(report), plan, upstream, SILENT).get(0));
  }
}
