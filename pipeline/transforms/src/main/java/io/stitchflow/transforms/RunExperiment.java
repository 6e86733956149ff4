package io.stitchflow.transforms;

import io.stitchflow.stage.Phase;
import io.stitchflow.v1.StageResult;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.extensions.protobuf.ProtoCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * The whole experiment, from its data set to its report. Output: the result of every stage, any
 * order.
 */
public final class RunExperiment extends PTransform<PBegin, PCollection<StageResult>> {
  private final List<StageResult> known;
  private final List<RunPhase> phases;

  private RunExperiment(List<StageResult> known, List<RunPhase> phases) {
    this.known = List.copyOf(known);
    this.phases = List.copyOf(phases);
  }

  /**
   * Runs what is missing.
   *
   * @param known results of the stages that need not run
   */
  public static RunExperiment of(RunSpec run, List<StageResult> known) {
    return of(
        known,
        List.of(
            ImportDatasets.of(run),
            TrainNetworks.of(run),
            CollectRepresentations.of(run),
            FitStitches.of(run),
            CompareStitches.of(run),
            WriteReport.of(run)));
  }

  /**
   * Runs phase after phase.
   *
   * @throws IllegalStateException if a phase has no transform or they are in another order: its
   *     stages would never run
   */
  static RunExperiment of(List<StageResult> known, List<RunPhase> phases) {
    List<Phase> covered = phases.stream().map(RunPhase::phase).toList();
    if (!covered.equals(Arrays.asList(Phase.values()))) {
      throw new IllegalStateException(
          "transforms must cover the phases "
              + Arrays.toString(Phase.values())
              + " in this order, but cover "
              + covered);
    }
    return new RunExperiment(known, phases);
  }

  @Override
  public PCollection<StageResult> expand(PBegin begin) {
    PCollection<StageResult> results =
        begin.apply("Known results", Create.of(known).withCoder(ProtoCoder.of(StageResult.class)));
    for (RunPhase phase : phases) {
      results = results.apply(phase.getName(), phase);
    }
    return results;
  }
}
