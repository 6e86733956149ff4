package io.stitchflow.acceptance;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.stage.BlobFormat;
import io.stitchflow.stage.Phase;
import io.stitchflow.stage.Provenance;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.stage.StageTraits;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.ExtensionStage;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.DoubleConsumer;

/** An extension: counts the bytes of each representation, in experiments named {@link #NAME}. */
public final class CountBytesStage extends StageDefinition {
  static final String NAME = "extended";

  public CountBytesStage() {
    super(
        StageTraits.of("count_bytes", 1, Phase.COLLECT_REPRESENTATIONS)
            .makes("byte count", "byte counts")
            .reads("counted")
            .writes("count", BlobFormat.TEXT));
  }

  @Override
  public List<Stage> plan(Experiment experiment, List<Stage> planned) {
    if (!experiment.getName().equals(NAME)) {
      return List.of();
    }
    return planned.stream()
        .filter(stage -> stage.getAction().hasCollectRepresentation())
        .map(CountBytesStage::counting)
        .toList();
  }

  private static Stage counting(Stage counted) {
    String id = "count " + counted.getId();
    return Stage.newBuilder()
        .setId(id)
        .setGroup(id)
        .setAction(
            Action.newBuilder().setExtension(ExtensionStage.newBuilder().setStage("count_bytes")))
        .addDependency(
            Dependency.newBuilder()
                .setRole("counted")
                .setStage(counted.getId())
                .setOutput("representation"))
        .build();
  }

  @Override
  public StageExecutor executor() {
    return new Counter();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    return "of one representation";
  }

  private static final class Counter implements StageExecutor {
    @Override
    public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
      for (StageRun run : runs) {
        Files.writeString(run.output("count"), Long.toString(Files.size(run.input("counted"))));
      }
    }
  }
}
