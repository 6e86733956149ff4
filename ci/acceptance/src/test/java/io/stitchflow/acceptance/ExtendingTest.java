package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.report.cells.Split;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Extensions that only this module knows, named in META-INF/services. */
class ExtendingTest {
  @TempDir Path directory;

  @Test
  void extensions_ofEveryRegistryInOneExperiment_runToAReportThatShowsThem() throws Exception {
    Laboratory laboratory = new Laboratory(directory.resolve("store"));
    Experiment experiment =
        Laboratory.experiment(
            """
            name: "extended"
            dataset { extension { name: "squares" } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 recipe { epochs: 1 batch_size: 16 } }
            network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 recipe { epochs: 1 batch_size: 16 } }
            pair { sender: "a" receiver: "b" }
            condition: TRAINED_TRAINED
            cut: "stem"
            stitch { family: "same_shape" }
            vanilla { objective: "absolute_error" recipe { epochs: 1 batch_size: 16 } }
            copy { solver: LEAST_SQUARES }
            metric: ["accuracy", "largest_error"]
            """);
    Finished run = laboratory.inProcess(experiment);

    assertThat(run.computed())
        .containsEntry("count_bytes", run.computed().get("collect_representation"));
    Stage vanilla = stage(run, "fit_vanilla_stitch");
    assertThat(vanilla.getAction().getFitVanillaStitch().getFamily()).isEqualTo(SameShape.NAME);
    assertThat(vanilla.getAction().getFitVanillaStitch().getObjective())
        .isEqualTo(AbsoluteError.NAME);
    assertThat(stage(run, "import_dataset").getAction().getImportDataset().getExtension().getName())
        .isEqualTo(SquaresDataset.NAME);
    List<String> rows = text(laboratory, run, "cells.csv").lines().toList();
    int column = List.of(rows.get(0).split(",", -1)).indexOf(LargestError.QUANTITY);
    assertThat(rows).hasSize(1 + Split.values().length);
    for (String row : rows.subList(1, rows.size())) {
      assertThat(Double.parseDouble(row.split(",", -1)[column])).isPositive();
    }
    assertThat(text(laboratory, run, "report.html"))
        .as("table")
        .contains("<th class=\"number\">largest error, median (quartiles)</th>")
        .as("legend")
        .contains(
            "<dt>largest error</dt><dd>The largest absolute difference", ">Chebyshev 1854</a>")
        .as("explorer")
        .contains("data-block=\"" + LargestError.QUANTITY + "/test\"");
    assertThat(
            text(laboratory, run, "heatmaps/a_b.trained_trained." + LargestError.QUANTITY + ".svg"))
        .startsWith("<svg");
    assertThat(text(laboratory, run, "matrices.ansi"))
        .contains("Largest error of the vanilla stitch: a -> b, trained_trained, test\n");
  }

  @Test
  void dataset_ofSmallImagesInSevenClasses_isTrainedAndStitchedAtEveryCut() throws Exception {
    Laboratory laboratory = new Laboratory(directory.resolve("store"));
    Experiment experiment =
        Laboratory.experiment(
            """
            name: "small-images"
            dataset { extension { name: "squares" } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 recipe { epochs: 1 batch_size: 16 } }
            network {
              name: "b"
              layer { name: "wide" conv { channels: 3 kernel: 3 padding: 1 } }
              layer { name: "half" max_pool { kernel: 2 } }
              layer { name: "flat" flatten {} }
              layer { linear { outputs: 7 } }
              recipe { epochs: 1 batch_size: 16 }
            }
            pair { sender: "a" receiver: "b" }
            condition: [TRAINED_TRAINED, RANDOM_RANDOM]
            vanilla { recipe { epochs: 1 batch_size: 16 } }
            copy { solver: [LEAST_SQUARES, SGD] recipe { epochs: 1 batch_size: 16 } }
            metric: ["accuracy", "mse", "cka", "controls"]
            """);
    Finished run = laboratory.inProcess(experiment);

    assertThat(run.ran())
        .filteredOn(result -> result.getOutcome() == Outcome.FAILED)
        .extracting(StageResult::getMessage)
        .isEmpty();
    List<String> rows = text(laboratory, run, "cells.csv").lines().toList();
    int accuracy = List.of(rows.get(0).split(",", -1)).indexOf("vanilla_accuracy");
    int cells = 5 * 3 * 2 * 2;
    assertThat(rows).hasSize(1 + cells * Split.values().length);
    for (String row : rows.subList(1, rows.size())) {
      assertThat(Double.parseDouble(row.split(",", -1)[accuracy])).isBetween(0., 1.);
    }
    try (TensorFile half =
        TensorFile.open(
            laboratory.store().open(run.output("represent b/half test", "representation")))) {
      assertThat(half.shape()).containsExactly(3, 8, 8);
    }
  }

  @Test
  void metric_ofAnotherJarNotNamed_leavesTheReportAlone() throws Exception {
    assertThat(Metrics.names()).last().isEqualTo(LargestError.NAME);
    Laboratory laboratory = new Laboratory(directory.resolve("store"));
    Experiment experiment = Laboratory.oneNetwork(1);
    assertThat(experiment.getMetricList()).contains("accuracy").doesNotContain(LargestError.NAME);
    Finished run = laboratory.inProcess(experiment);
    assertThat(text(laboratory, run, "cells.csv")).doesNotContain(LargestError.QUANTITY);
    assertThat(text(laboratory, run, "report.html")).doesNotContainIgnoringCase("largest error");
  }

  private static Stage stage(Finished run, String kind) {
    return run.plan().getStageList().stream()
        .filter(stage -> StageDefinition.of(stage).name().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static String text(Laboratory laboratory, Finished run, String output) throws Exception {
    return Files.readString(laboratory.store().open(run.output("report", output)));
  }
}
