package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** All numbers of {@code cells.csv} against a program that was written from their definitions. */
@Tag("nightly")
@ExtendWith(Torch.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OracleTest {
  /**
   * Vanilla stitches that start away from the copy, so that the front is wide and matching costs
   * accuracy.
   *
   * <p>Formatted with the starts and the seeds of stitches: noise between seeds is measured of
   * single starts only.
   */
  private static final String EXPERIMENT =
      """
      name: "oracle"
      dataset { synthetic { train_examples: 300 test_examples: 90 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 seed: 1 recipe { epochs: 8 batch_size: 16 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 recipe { epochs: 8 batch_size: 16 } }
      pair { sender: "a" receiver: "b" }
      pair { sender: "a" receiver: "a" }
      condition: [TRAINED_TRAINED, RANDOM_TRAINED]
      cut: ["layer1.0", "layer3.0"]
      vanilla { initialization: %s recipe { epochs: 6 learning_rate: 0.02 } }
      copy { solver: [LEAST_SQUARES, SGD] recipe { epochs: 2 } }
      front { recipe { epochs: 2 learning_rate: 0.02 } }
      rank { rank: [1, 2, 5] recipe { epochs: 2 learning_rate: 0.02 } }
      metric: [
        "accuracy", "mse", "front", "starts", "agreement", "cosine", "cka", "procrustes", "mahalanobis",
        "distance", "drift", "interpolation", "ladder", "task_ranks", "probe",
        "controls"
      ]
      seed: %s
      """;

  /** Columns that name a row: the oracle finds its artifacts by them. */
  private static final Set<String> PLACE =
      Set.of(
          "condition",
          "sender",
          "sender_cut",
          "receiver",
          "receiver_cut",
          "copy_solver",
          "split",
          "seed",
          "objective",
          "comparison_digest");

  /**
   * One experiment.
   *
   * @param cells lines of its {@code cells.csv}, the header first
   */
  private record Run(Path directory, Path store, List<List<String>> cells) {
    static Run of(Path directory, String starts, String seeds) throws Exception {
      Path store = Files.createDirectories(directory.resolve("store"));
      Laboratory laboratory = new Laboratory(store);
      Laboratory.Finished finished =
          laboratory.inProcess(Laboratory.experiment(EXPERIMENT.formatted(starts, seeds)));
      assertThat(finished.all().values()).allMatch(result -> result.getMessage().isEmpty());
      // No name of this experiment has a comma, so that none is quoted
      List<List<String>> cells =
          Files.readAllLines(laboratory.blob(finished.output("report", "cells.csv"))).stream()
              .map(line -> List.of(line.split(",", -1)))
              .toList();
      return new Run(directory, store, cells);
    }

    int column(String name) {
      return cells.get(0).indexOf(name);
    }

    /** Columns that the oracle computes, in their order. */
    List<String> numbers() {
      return cells.get(0).stream().filter(name -> !PLACE.contains(name)).toList();
    }

    /** All different values, as text. */
    Set<String> values(String name) {
      return cells.stream()
          .skip(1)
          .map(row -> row.get(column(name)))
          .filter(text -> !text.isEmpty())
          .collect(Collectors.toSet());
    }

    /** What the oracle says of these rows. */
    String judge(String file, List<List<String>> rows) throws IOException {
      List<String> lines = rows.stream().map(row -> String.join(",", row)).toList();
      return Torch.oracle(store, Files.write(directory.resolve(file), lines));
    }
  }

  private List<Run> runs = List.of();

  @BeforeAll
  void run(@TempDir Path directory) throws Exception {
    runs =
        List.of(
            Run.of(directory.resolve("starts"), "[KAIMING, MEAN]", "1"),
            Run.of(directory.resolve("seeds"), "KAIMING", "[1, 2]"));
  }

  @Test
  void cells_allMetrics_areTheNumbersOfTheOracle() throws IOException {
    for (Run run : runs) {
      String said = run.judge("cells.csv", run.cells());
      System.out.print(said);
      assertThat(run.values("cost_of_matching")).as("not all 0").hasSizeGreaterThan(2);
      assertThat(run.values("task_rank")).as("not all alike").hasSizeGreaterThan(1);
      assertThat(said)
          .contains("families: pointwise, strided, upsampled\n")
          .doesNotContain("BAD")
          .doesNotContain("DIFFERS");
      assertThat(
              said.lines()
                  .filter(line -> line.endsWith(" ok"))
                  .map(line -> line.substring(0, line.indexOf(' '))))
          .containsExactlyElementsOf(run.numbers());
    }
  }

  @Test
  void cells_allNumbersAltered_areReportedByColumn() {
    Set<String> reported = new TreeSet<>();
    Set<String> measured = new TreeSet<>();
    for (Run run : runs) {
      run.numbers().stream().filter(name -> !run.values(name).isEmpty()).forEach(measured::add);
      List<List<String>> altered = new ArrayList<>(List.of(run.cells().get(0)));
      for (List<String> row : run.cells().subList(1, run.cells().size())) {
        boolean isTest = row.get(run.column("split")).equals("test");
        if (row.subList(0, 5)
            .equals(List.of("trained_trained", "a", "layer1.0", "a", "layer1.0"))) {
          altered.add(isTest ? altered(run, row) : row);
        }
      }
      assertThatThrownBy(() -> run.judge("altered.csv", altered))
          .satisfies(
              thrown ->
                  run.numbers().stream()
                      .filter(
                          name ->
                              String.valueOf(thrown.getMessage())
                                  .contains("DIFFERS " + name + ": "))
                      .forEach(reported::add));
    }
    assertThat(measured)
        .contains("start_r2", "seed_noise", "ladder_r2", "task_rank", "probe_accuracy");
    assertThat(reported).containsExactlyElementsOf(measured);
  }

  /** The row with other numbers: of a series, only the last. */
  private static List<String> altered(Run run, List<String> row) {
    List<String> altered = new ArrayList<>(row);
    for (String name : run.numbers()) {
      String text = row.get(run.column(name));
      int number = text.lastIndexOf('=') + 1;
      if (!text.isEmpty()) {
        double other = Double.parseDouble(text.substring(number)) * 1.001 + 0.001;
        altered.set(run.column(name), text.substring(0, number) + other);
      }
    }
    return altered;
  }
}
