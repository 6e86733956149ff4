package io.stitchflow.transforms;

import io.stitchflow.plan.StageKind;
import io.stitchflow.plan.Worker;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.extensions.protobuf.ProtoCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Runs the stages of one kind that the survey found missing. Input: results of all stages before,
 * bounded. Output: the same, and one result a stage run. The side input is a barrier: no group
 * starts before all kinds before it are done.
 */
final class RunStages extends PTransform<PCollection<StageResult>, PCollection<StageResult>> {
  private final StageKind kind;
  private final RunSpec run;

  private RunStages(StageKind kind, RunSpec run) {
    this.kind = kind;
    this.run = run;
  }

  static RunStages of(StageKind kind, RunSpec run) {
    return new RunStages(kind, run);
  }

  @Override
  public PCollection<StageResult> expand(PCollection<StageResult> before) {
    List<StageGroup> groups =
        run.groups(kind).stream()
            .sorted(Comparator.comparingDouble(RunStages::cost).reversed())
            .toList();
    if (groups.isEmpty()) {
      return before;
    }
    PCollectionView<Map<String, StageResult>> upstream =
        before
            .apply(
                "By stage",
                WithKeys.of(StageResult::getStage).withKeyType(TypeDescriptors.strings()))
            .apply("To all workers", View.asMap());
    PCollection<StageResult> results =
        before
            .getPipeline()
            .apply("Groups to run", Create.of(groups).withCoder(ProtoCoder.of(StageGroup.class)))
            .apply("Spread", Reshuffle.viaRandomKey())
            .apply("Run", ParDo.of(new RunGroup(run, upstream)).withSideInputs(upstream))
            .setCoder(ProtoCoder.of(StageResult.class));
    return PCollectionList.of(before)
        .and(results)
        .apply("With those before", Flatten.pCollections());
  }

  private static double cost(StageGroup group) {
    return group.getStageList().stream().mapToDouble(stage -> stage.getCost()).sum();
  }

  /** Looks in the store right before it computes, so that a replayed element costs a look-up. */
  private static final class RunGroup extends DoFn<StageGroup, StageResult> {
    private final String id;
    private final String store;
    private final int lanes;
    private final Plan plan;
    private final PCollectionView<Map<String, StageResult>> upstream;

    RunGroup(RunSpec run, PCollectionView<Map<String, StageResult>> upstream) {
      this.id = run.id();
      this.store = run.store();
      this.lanes = run.lanes();
      this.plan = run.plan();
      this.upstream = upstream;
    }

    @ProcessElement
    public void process(@Element StageGroup group, ProcessContext context) throws Exception {
      Worker worker = Workers.of(store, lanes);
      List<StageResult> results =
          worker.run(group.getStageList(), plan, context.sideInput(upstream), Workers.listener(id));
      results.forEach(context::output);
    }
  }
}
