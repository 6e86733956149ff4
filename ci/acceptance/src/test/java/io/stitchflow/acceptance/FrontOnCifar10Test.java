package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Experiment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cells of a network stitched into itself, whose vanilla stitches from a random start work without
 * matching: a stitch that matches works as well as one trained for 4 epochs, the paper's number.
 */
@Tag("nightly")
class FrontOnCifar10Test {
  @TempDir Path directory;

  @Test
  void cellsThatWorkWithoutMatchingFromARandomStart_matchAtEqualLoss() throws Exception {
    @Nullable Path files = sharedCifar10();
    if (files == null) {
      return; // the images are not shipped
    }
    Laboratory laboratory = new Laboratory(directory.resolve("store"));
    Experiment experiment =
        Laboratory.experiment(
            """
            name: "front"
            dataset { cifar10 { directory: "%s" } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 8 }
            representation { examples: 1024 }
            vanilla { recipe { epochs: 4 } }
            condition: TRAINED_TRAINED
            cut: ["layer2.0", "layer3.0", "layer4.0"]
            metric: ["accuracy", "mse", "front"]
            """
                .formatted(files));
    Finished run = laboratory.inProcess(experiment);
    for (String from : List.of("layer2.0", "layer3.0", "layer4.0")) {
      MeasuredValues test = test(laboratory, run, from);
      assertThat(test.number("match_at_equal_loss")).as(from).isGreaterThanOrEqualTo(0.9);
    }
  }

  private static MeasuredValues test(Laboratory laboratory, Finished run, String from)
      throws Exception {
    String stage = "compare a/" + from + " -> a/layer3.0 least squares seed 1";
    Path comparison = laboratory.store().open(run.output(stage, "comparison"));
    return MeasuredValues.of(Comparison.parseFrom(Files.readAllBytes(comparison)).getTest());
  }

  private static @Nullable Path sharedCifar10() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path files = at.resolveSibling("shared").resolve("data/cifar-10-batches-bin");
      if (Files.isDirectory(files)) {
        return files;
      }
    }
    return null;
  }
}
