package io.stitchflow.benchmarks;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.Planner;
import io.stitchflow.run.InProcess;
import io.stitchflow.run.Worker;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An experiment of many seeds, each of 75 vanilla stitches, from three starts each of 25 cells, and
 * 25 comparisons, and a store in which all its stages have been published with outputs of a few
 * bytes.
 */
final class CachedStages {
  private static final int STAGES_A_SEED = 100;

  private static final String EXPERIMENT =
      """
      name: "store-scale"
      dataset { synthetic { train_examples: 128 test_examples: 64 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 16 seed: 1 recipe { epochs: 1 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 16 seed: 2 recipe { epochs: 1 } }
      pair { sender: "a" receiver: "b" }
      condition: TRAINED_TRAINED
      seed: [%s]
      """;

  private CachedStages() {}

  /** Writes an experiment of at least so many stages, and few more. */
  static Path experiment(Path file, int stages) throws IOException {
    String seeds =
        IntStream.rangeClosed(1, (stages + STAGES_A_SEED - 1) / STAGES_A_SEED)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(", "));
    return Files.writeString(file, EXPERIMENT.replace("%s", seeds));
  }

  static Plan plan(Path experiment) throws Exception {
    ValidExperiment valid = ExperimentFile.read(experiment, List.of());
    return Planner.plan(valid.experiment(), valid.base(), Toolchains.cpu());
  }

  /** Publishes what the store lacks of the plan. */
  static void publish(Plan plan, Store store) throws IOException, InterruptedException {
    Worker worker = new Worker(store, CachedStages::writing, 1);
    InProcess.run(
        plan, PlanStatus.of(plan, worker.memo()), worker, new PreparedExperiment.Strict());
  }

  /** Outputs that differ between any two actions and are the same for the same one. */
  private static StageExecutor writing(StageDefinition stage) {
    List<String> outputs =
        new ArrayList<>(
            stage.outputs().stream().map(output -> output.name().replace("*", "all")).toList());
    if (stage.name().equals("write_report")) {
      outputs.add("matrices.ansi"); // a run prints it
    }
    return (runs, progress) -> {
      for (StageRun run : runs) {
        int action = Arrays.hashCode(run.action().toByteArray());
        for (String output : outputs) {
          Files.writeString(run.output(output), output + " " + action);
        }
      }
    };
  }
}
