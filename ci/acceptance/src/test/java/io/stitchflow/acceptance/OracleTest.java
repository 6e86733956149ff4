package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
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
  /** Two seeds of several starts, self pairs, and maps of different widths. */
  private static final String STARTS =
      """
      name: "starts"
      dataset { synthetic { train_examples: 300 test_examples: 200 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 seed: 1 recipe { epochs: 8 batch_size: 16 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 recipe { epochs: 8 batch_size: 16 } }
      pair { sender: "a" receiver: "b" }
      pair { sender: "a" receiver: "a" }
      condition: [TRAINED_TRAINED, RANDOM_TRAINED]
      cut: ["layer1.0", "layer3.0"]
      vanilla { initialization: [KAIMING, MEAN] recipe { epochs: 6 learning_rate: 0.02 } }
      seed: [1, 2]
      """;

  /** Two seeds under all conditions. */
  private static final String SEEDS =
      """
      name: "seeds"
      dataset { synthetic { train_examples: 300 test_examples: 200 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 3 seed: 1 recipe { epochs: 20 batch_size: 16 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 3 seed: 2 recipe { epochs: 20 batch_size: 16 } }
      pair { sender: "a" receiver: "b" }
      condition: [TRAINED_TRAINED, RANDOM_TRAINED, TRAINED_RANDOM, RANDOM_RANDOM]
      cut: ["layer1.0", "layer3.0"]
      vanilla { initialization: KAIMING recipe { epochs: 6 learning_rate: 0.02 } }
      seed: [1, 2]
      """;

  /**
   * Vectors, token sequences and senders without a network: all stitch families, and more test
   * examples than are measured by example.
   *
   * <p>Formatted with the numbers of train and test examples, and the file of token sequences.
   */
  private static final String FAMILIES =
      """
      name: "families"
      dataset { synthetic { train_examples: %1$s test_examples: %2$s } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 cut: "layer3.0" recipe { epochs: 4 batch_size: 16 } }
      network {
        name: "d"
        cut: ["pool", "hidden"]
        recipe { epochs: 4 batch_size: 16 }
        layer { name: "conv1" conv { channels: 4 kernel: 3 stride: 2 padding: 1 } }
        layer { batch_norm {} }
        layer { relu {} }
        layer { name: "pool" max_pool { kernel: 4 } }
        layer { flatten {} }
        layer { name: "hidden" linear { outputs: 12 } }
        layer { relu {} }
        layer { name: "logits" linear { outputs: 10 } }
      }
      network {
        name: "images"
        representations {
          cut { name: "pixels" pixels {} }
          cut { name: "labels" labels {} }
          cut { name: "means" class_means { of: "b/layer3.0" sigma: 0 } }
          cut { name: "varied" class_means { sigma: 0.5 } }
          cut { name: "shuffled" shuffled { of: "b/layer3.0" } }
          cut { name: "noise" noise { shape: [6, 8, 8] } }
        }
      }
      network {
        name: "sequences"
        representations {
          cut { name: "noise" noise { shape: [3, 65, 1] } }
          cut { name: "file" file { train: "%3$s" test: "%3$s" } }
        }
      }
      pair { sender: "d" receiver: "d" }
      pair { sender: "images" receiver: "b" }
      pair { sender: "sequences" receiver: "d" }
      condition: [TRAINED_TRAINED, TRAINED_RANDOM]
      vanilla { initialization: KAIMING recipe { epochs: 2 learning_rate: 0.02 } }
      """;

  private static final int TRAIN_EXAMPLES = 150;
  private static final int TEST_EXAMPLES = 1_020;

  /** Rates and weights that take stitches away from the copy, so that matching costs. */
  private static final String STITCHES =
      """
      copy { solver: [LEAST_SQUARES, SGD] recipe { epochs: 2 } }
      front { weight: [0.01, 1, 10] recipe { epochs: 2 learning_rate: 0.02 } }
      rank { rank: [1, 2, 5] recipe { epochs: 2 learning_rate: 0.02 } }
      metric: [
        "accuracy", "mse", "front", "starts", "agreement", "cosine", "cka", "procrustes", "mahalanobis",
        "class_accuracy", "example_similarity", "distance", "drift", "divergence", "fisher", "ood", "interpolation",
        "ladder", "task_ranks", "probe", "controls"
      ]
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
   * @param families of its stitches, as the oracle lists them
   * @param imports files that it reads
   * @param cells lines of its {@code cells.csv}, the header first
   */
  private record Run(
      Path directory, Path store, String families, List<Path> imports, List<List<String>> cells) {
    static Run of(Path directory, String experiment, String families, Path... imports)
        throws Exception {
      Path store = Files.createDirectories(directory.resolve("store"));
      Laboratory laboratory = new Laboratory(store);
      Laboratory.Finished finished =
          laboratory.inProcess(Laboratory.experiment(experiment + STITCHES));
      assertThat(finished.all().values()).allMatch(result -> result.getMessage().isEmpty());
      // No name of this experiment has a comma, so that none is quoted
      List<List<String>> cells =
          Files.readAllLines(laboratory.blob(finished.output("report", "cells.csv"))).stream()
              .map(line -> List.of(line.split(",", -1)))
              .toList();
      return new Run(directory, store, families, List.of(imports), cells);
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
      return Torch.oracle(store, Files.write(directory.resolve(file), lines), imports);
    }
  }

  private List<Run> runs = List.of();

  @BeforeAll
  void run(@TempDir Path directory) throws Exception {
    Path sequences = directory.resolve("sequences.safetensors");
    Safetensors.write(
        sequences,
        List.of(sequences("train", TRAIN_EXAMPLES), sequences("test", TEST_EXAMPLES)),
        new TreeMap<>());
    String maps = "pointwise, strided, upsampled";
    runs =
        List.of(
            Run.of(directory.resolve("starts"), STARTS, maps),
            Run.of(directory.resolve("seeds"), SEEDS, maps),
            Run.of(
                directory.resolve("families"),
                FAMILIES.formatted(TRAIN_EXAMPLES, TEST_EXAMPLES, sequences),
                "flattened, pointwise, resampled, strided, upsampled",
                sequences));
  }

  /** A class token and four other tokens of four features. */
  private static NamedTensor sequences(String split, int examples) {
    ByteBuffer numbers =
        ByteBuffer.allocate(examples * 5 * 4 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(1);
    while (numbers.hasRemaining()) {
      numbers.putFloat((float) random.nextGaussian());
    }
    return new NamedTensor(split, Dtype.F32, List.of(examples, 5, 4), numbers.flip());
  }

  @Test
  void cells_allMetrics_areTheNumbersOfTheOracle() throws IOException {
    for (Run run : runs) {
      String said = run.judge("cells.csv", run.cells());
      System.out.print(said);
      assertThat(said)
          .contains("families: " + run.families() + "\n")
          .doesNotContain("BAD")
          .doesNotContain("DIFFERS");
      assertThat(
              said.lines()
                  .filter(line -> line.endsWith(" ok"))
                  .map(line -> line.substring(0, line.indexOf(' '))))
          .containsExactlyElementsOf(run.numbers());
    }
    for (Run run : runs.subList(0, 2)) {
      assertThat(run.values("cost_of_matching")).as("not all 0").hasSizeGreaterThan(2);
      assertThat(run.values("task_rank")).as("not all alike").hasSizeGreaterThan(1);
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
        if (row.get(run.column("condition")).equals("trained_trained")
            && row.get(run.column("sender_cut")).equals(row.get(run.column("receiver_cut")))) {
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
        .contains("start_r2", "seed_noise", "ladder_r2", "task_rank", "probe_accuracy")
        .contains("sender_mutual_neighbors_p", "copy_js_divergence", "copy_fisher_r2")
        .contains("vanilla_ood_auroc");
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
