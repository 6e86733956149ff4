package io.stitchflow.transforms;

import io.stitchflow.v1.StageResult;
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
  private final RunSpec run;
  private final List<StageResult> known;

  private RunExperiment(RunSpec run, List<StageResult> known) {
    this.run = run;
    this.known = List.copyOf(known);
  }

  /**
   * Runs what is missing.
   *
   * @param known results of the stages that need not run
   */
  public static RunExperiment of(RunSpec run, List<StageResult> known) {
    return new RunExperiment(run, known);
  }

  @Override
  public PCollection<StageResult> expand(PBegin begin) {
    return begin
        .apply("Known results", Create.of(known).withCoder(ProtoCoder.of(StageResult.class)))
        .apply("Import data sets", ImportDatasets.of(run))
        .apply("Train networks", TrainNetworks.of(run))
        .apply("Collect representations", CollectRepresentations.of(run))
        .apply("Fit stitches", FitStitches.of(run))
        .apply("Compare stitches", CompareStitches.of(run))
        .apply("Write report", WriteReport.of(run));
  }
}
