package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.program.PackProgramExecutor;
import io.stitchflow.v1.Action;
import java.util.List;

/** Makes a network's file of TorchScript files. */
final class PackProgramStage extends StageDefinition {
  PackProgramStage() {
    super(
        StageTraits.of("pack_program", 1, Phase.TRAIN_NETWORKS)
            .makes("program", "programs")
            .reads("segment[*]")
            .writes("program", BlobFormat.PROGRAM)
            .fromSourceFiles()
            .withoutArithmetic());
  }

  @Override
  public StageExecutor executor() {
    return new PackProgramExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    return Descriptions.program(action.getPackProgram());
  }

  @Override
  public String describeNetwork(Action action, List<String> roles, Provenance provenance) {
    return describe(action, provenance);
  }
}
