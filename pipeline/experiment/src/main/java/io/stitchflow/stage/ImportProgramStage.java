package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.program.ImportProgramExecutor;
import io.stitchflow.v1.Action;
import java.util.List;

/** Checks what a program computes, and evaluates it. */
final class ImportProgramStage extends StageDefinition {
  private static final String PROGRAM = "program";

  ImportProgramStage() {
    super(
        StageTraits.of("import_program", 1, Phase.TRAIN_NETWORKS)
            .makes("imported program", "imported programs")
            .reads(PROGRAM, "train", "test")
            .writes("network", BlobFormat.PROGRAM)
            .writes("training", BlobFormat.TRAINING_CURVE)
            .writes("predictions", BlobFormat.PREDICTIONS)
            .withTorch());
  }

  @Override
  public StageExecutor executor() {
    return new ImportProgramExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    // Its own output has the same bytes, so it is among the makers of its input
    return provenance.makers(action, PROGRAM).stream()
        .map(Provenance.Maker::action)
        .filter(maker -> maker != null && maker.hasPackProgram())
        .map(maker -> Descriptions.program(maker.getPackProgram()))
        .findFirst()
        .orElse(Descriptions.UNKNOWN);
  }

  @Override
  public String describeNetwork(Action action, List<String> roles, Provenance provenance) {
    return describe(action, provenance);
  }
}
