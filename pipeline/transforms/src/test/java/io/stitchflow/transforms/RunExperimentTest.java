package io.stitchflow.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.stitchflow.stage.StageDefinition;
import io.stitchflow.stage.StageRegistry;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.testing.CrashingRunner;
import org.junit.jupiter.api.Test;

class RunExperimentTest {
  @Test
  void pipeline_ofEveryKindOfStage_runsEachInTheOrderOfTheRegistry() {
    List<StageGroup> missing = new ArrayList<>();
    StageRegistry.builtIn().forEach(stage -> missing.add(0, group(stage)));
    assertThat(steps(new RunSpec("run", "store", 1, RunSpec.Sharing.DEALT, missing)))
        .containsExactly(
            "Run experiment/ImportDatasets/import_dataset/Run",
            "Run experiment/TrainNetworks/import_network/Run",
            "Run experiment/TrainNetworks/pack_program/Run",
            "Run experiment/TrainNetworks/import_program/Run",
            "Run experiment/TrainNetworks/train_network/Run",
            "Run experiment/CollectRepresentations/collect_representation/Run",
            "Run experiment/CollectRepresentations/import_representation/Run",
            "Run experiment/CollectRepresentations/make_representation/Run",
            "Run experiment/FitStitches/collect_gram/Run",
            "Run experiment/FitStitches/collect_cross_moments/Run",
            "Run experiment/FitStitches/solve_copy_stitch/Run",
            "Run experiment/FitStitches/fit_copy_stitch/Run",
            "Run experiment/FitStitches/fit_vanilla_stitch/Run",
            "Run experiment/CompareStitches/compare_stitches/Run",
            "Run experiment/WriteReport/write_report/Run");
  }

  @Test
  void pipeline_phaseWithoutTransform_isRefused() {
    RunSpec run = new RunSpec("run", "store", 1, RunSpec.Sharing.DEALT, List.of());
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                RunExperiment.of(
                    List.of(),
                    List.of(
                        ImportDatasets.of(run),
                        TrainNetworks.of(run),
                        CollectRepresentations.of(run),
                        FitStitches.of(run),
                        WriteReport.of(run))))
        .withMessageContaining("transforms must cover the phases")
        .withMessageContaining("COMPARE_STITCHES, WRITE_REPORT] in this order, but cover")
        .withMessageEndingWith("FIT_STITCHES, WRITE_REPORT]");
  }

  /** Full names of the steps that compute. */
  private static List<String> steps(RunSpec run) {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(CrashingRunner.class);
    Pipeline pipeline = Pipeline.create(options);
    pipeline.apply("Run experiment", RunExperiment.of(run, List.of()));
    List<String> steps = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            if (node.getFullName().endsWith("/Run")) {
              steps.add(node.getFullName());
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }
        });
    return steps;
  }

  private static StageGroup group(StageDefinition stage) {
    Action.Builder action = Action.newBuilder();
    var field = Action.getDescriptor().findFieldByName(stage.name());
    action.setField(field, action.newBuilderForField(field).build());
    return StageGroup.newBuilder()
        .addStage(Stage.newBuilder().setId(stage.name()).setAction(action))
        .build();
  }
}
