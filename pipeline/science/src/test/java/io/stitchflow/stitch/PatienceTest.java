package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Stitches that stop early are those of their best epoch, each for itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PatienceTest {
  private static final String TO = "layer3.0";
  private static final List<String> FROM = List.of("stem", "layer2.0", "layer4.0");
  private static final StitchRecipe RECIPE =
      Cells.RECIPE.toBuilder().setEpochs(20).setLearningRate(0.2).setPatience(2).build();

  @TempDir static Path directory;

  private Cells cells = new Cells(new Bench(directory), Subject.NONE, Subject.NONE);

  @BeforeAll
  void makeNetworks() throws IOException {
    Bench bench = new Bench(directory);
    Path dataset = Subject.dataset(bench);
    cells = new Cells(bench, Subject.of(bench, dataset, 6, 1), Subject.of(bench, dataset, 6, 2));
  }

  @Test
  void column_withPatience_keepsEachStitchOfItsBestEpoch() throws IOException {
    for (StitchRecipe recipe : List.of(RECIPE, RECIPE.toBuilder().setBatchNorm(true).build())) {
      List<Path> outputs = column(FROM, recipe);
      List<Integer> epochs = new ArrayList<>();
      for (int i = 0; i < FROM.size(); i++) {
        TrainingCurve curve = curve(outputs.get(i));
        // The first is that of the start
        List<Double> seen = curve.getDecisiveList();
        double lowest = Collections.min(seen);
        assertThat(curve.getLossCount())
            .isEqualTo(seen.size() - 1)
            .isEqualTo(Math.min(20, seen.indexOf(lowest) + 2));
        Path stitch = outputs.get(i).resolve("stitch");
        Comparison comparison = cells.compare(FROM.get(i), TO, stitch, stitch);
        assertThat(Cells.number(comparison.getTest(), "vanilla_cross_entropy"))
            .isCloseTo(lowest, within(1e-4 * lowest));
        epochs.add(seen.size());
      }
      assertThat(epochs).anyMatch(count -> count < 21);
      assertThat(epochs.stream().distinct().count()).isGreaterThan(1);
    }
  }

  @Test
  void stitch_thatStopsBeforeOthers_isWhatItIsAlone() throws IOException {
    List<Path> together = column(FROM, RECIPE);
    for (int i = 0; i < FROM.size(); i++) {
      Path alone = column(List.of(FROM.get(i)), RECIPE).get(0);
      for (String output : List.of("stitch", "training")) {
        assertThat(Digest.of(together.get(i).resolve(output)))
            .isEqualTo(Digest.of(alone.resolve(output)));
      }
    }
  }

  private List<Path> column(List<String> senders, StitchRecipe recipe) throws IOException {
    List<Bench.Run> runs = new ArrayList<>();
    for (String from : senders) {
      runs.add(cells.vanilla(from, TO, recipe));
    }
    return cells.bench().executeAll(new FitVanillaStitchExecutor(), runs);
  }

  private static TrainingCurve curve(Path outputs) throws IOException {
    return TrainingCurve.parseFrom(Files.readAllBytes(outputs.resolve("training")));
  }
}
