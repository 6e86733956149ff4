package io.stitchflow.cli.execution;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.RunListener;
import io.stitchflow.store.Store;
import io.stitchflow.transforms.BeamRun;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.StageResult;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline.PipelineExecutionException;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Runs stages on Beam's Direct runner, in this process. Nothing else here names Beam, so that a run
 * in which all is cached never loads it.
 */
final class DirectRun {
  private DirectRun() {}

  /**
   * Returns the results of all stages that ran.
   *
   * @param lanes groups of stages that run at once
   */
  static List<StageResult> run(
      Run run, PlanStatus survey, Store store, int lanes, RunListener listener) throws Exception {
    DirectOptions options = PipelineOptionsFactory.create().as(DirectOptions.class);
    options.setRunner(DirectRunner.class);
    options.setJobName("stitchflow");
    // The runner's own loop spins in its pool: one thread more than there are lanes would take a
    // core from them
    options.setTargetParallelism(lanes);
    // Checks of DoFns that copy every element; our tests make them
    options.setEnforceImmutability(false);
    options.setEnforceEncodability(false);
    try {
      return BeamRun.runHere(options, run, survey, store, lanes, listener);
    } catch (PipelineExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
