package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
   * Vanilla stitches from random weights: so that the front is wide and matching costs accuracy.
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
      vanilla { initialization: [KAIMING, MEAN] recipe { epochs: 6 learning_rate: 0.02 } }
      copy { solver: [LEAST_SQUARES, SGD] recipe { epochs: 2 } }
      front { recipe { epochs: 2 learning_rate: 0.02 } }
      metric: [
        "accuracy", "mse", "front", "starts", "agreement", "cosine", "cka", "procrustes", "mahalanobis",
        "distance", "drift", "interpolation", "ladder", "probe", "controls"
      ]
      seed: [1, 2]
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

  private Path directory = Path.of("");
  private Path store = Path.of("");
  private List<List<String>> cells = List.of();

  @BeforeAll
  void run(@TempDir Path shared) throws Exception {
    directory = shared;
    store = Files.createDirectory(directory.resolve("store"));
    Laboratory laboratory = new Laboratory(store);
    Laboratory.Finished finished = laboratory.inProcess(Laboratory.experiment(EXPERIMENT));
    assertThat(finished.all().values()).allMatch(result -> result.getMessage().isEmpty());
    // No name of this experiment has a comma, so that none is quoted
    cells =
        Files.readAllLines(laboratory.blob(finished.output("report", "cells.csv"))).stream()
            .map(line -> List.of(line.split(",", -1)))
            .toList();
  }

  @Test
  void cells_allMetrics_areTheNumbersOfTheOracle() throws IOException {
    String said = Torch.oracle(store, write("cells.csv", cells));
    System.out.print(said);
    assertThat(values("cost_of_matching")).as("not all 0").hasSizeGreaterThan(2);
    assertThat(said)
        .contains("families: pointwise, strided, upsampled\n")
        .doesNotContain("BAD")
        .doesNotContain("DIFFERS");
    assertThat(
            said.lines()
                .filter(line -> line.endsWith(" ok"))
                .map(line -> line.substring(0, line.indexOf(' '))))
        .containsExactlyElementsOf(numbers());
  }

  @Test
  void cells_allNumbersAltered_areReportedByColumn() throws IOException {
    List<List<String>> altered = new ArrayList<>(List.of(cells.get(0)));
    boolean isFull = false;
    for (List<String> row : cells.subList(1, cells.size())) {
      if (row.subList(0, 5).equals(List.of("trained_trained", "a", "layer1.0", "a", "layer1.0"))
          && row.get(column("seed")).equals("2")) {
        boolean isTest = row.get(column("split")).equals("test");
        isFull |= isTest && !row.contains("");
        altered.add(isTest ? altered(row) : row);
      }
    }
    assertThat(isFull).as("a row without empty columns").isTrue();
    Path csv = write("altered.csv", altered);
    assertThatThrownBy(() -> Torch.oracle(store, csv))
        .satisfies(
            thrown -> {
              for (String column : numbers()) {
                assertThat(thrown).hasMessageContaining("DIFFERS " + column + ": ");
              }
            });
  }

  /** The row with other numbers: of a series, only the last. */
  private List<String> altered(List<String> row) {
    List<String> altered = new ArrayList<>(row);
    for (String name : numbers()) {
      String text = row.get(column(name));
      int number = text.lastIndexOf('=') + 1;
      if (!text.isEmpty()) {
        double other = Double.parseDouble(text.substring(number)) * 1.001 + 0.001;
        altered.set(column(name), text.substring(0, number) + other);
      }
    }
    return altered;
  }

  /** All different values, as text. */
  private Set<String> values(String name) {
    return cells.stream()
        .skip(1)
        .map(row -> row.get(column(name)))
        .filter(text -> !text.isEmpty())
        .collect(Collectors.toSet());
  }

  private int column(String name) {
    return cells.get(0).indexOf(name);
  }

  private Path write(String name, List<List<String>> rows) throws IOException {
    return Files.write(
        directory.resolve(name), rows.stream().map(row -> String.join(",", row)).toList());
  }

  /** Columns that the oracle computes, in their order. */
  private List<String> numbers() {
    return cells.get(0).stream().filter(name -> !PLACE.contains(name)).toList();
  }
}
