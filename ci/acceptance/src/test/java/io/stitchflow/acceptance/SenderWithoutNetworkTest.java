package io.stitchflow.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.content.Digest;
import io.stitchflow.inspect.Export;
import io.stitchflow.inspect.Item;
import io.stitchflow.inspect.StoreCatalog;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Measurement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Senders without a network, from the experiment to the report. */
class SenderWithoutNetworkTest {
  private static final String TINY =
      """
      name: "files"
      dataset { synthetic { train_examples: 64 test_examples: 40 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: 1 recipe { epochs: 1 batch_size: 16 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 recipe { epochs: 1 batch_size: 16 } }
      %s
      pair { sender: "%s" receiver: "b" }
      condition: TRAINED_TRAINED
      cut: ["stem", "layer2.0"]
      representation { examples: 50 }
      vanilla { recipe { epochs: 1 batch_size: 16 } }
      copy { solver: [LEAST_SQUARES, SGD] recipe { epochs: 1 batch_size: 16 } }
      """;

  private static final List<String> CUTS = List.of("stem", "layer2.0");

  @TempDir Path directory;

  /**
   * The sender knows the class of each image and nothing else of it; the receiver's first cut holds
   * the whole image.
   */
  @Test
  void classMeansIntoAnEarlyCut_workWithoutAnyStitchThatMatches() throws Exception {
    Laboratory laboratory = new Laboratory(directory.resolve("store"));
    Experiment experiment =
        Laboratory.experiment(
            """
            name: "no match"
            dataset { synthetic { train_examples: 500 test_examples: 300 noise: 4 } }
            network { name: "b" architecture: "ResNet(1,1,1,1)" width: 8 recipe { epochs: 10 batch_size: 32 } }
            network { name: "s" representations { cut { name: "means" class_means { of: "b/layer3.0" sigma: 0.3 } } } }
            pair { sender: "s" receiver: "b" }
            cut: "stem"
            condition: TRAINED_TRAINED
            vanilla { recipe { epochs: 12 learning_rate: 0.02 } }
            metric: ["accuracy", "mse", "front", "probe", "controls"]
            preset: FAST
            """);
    Finished run = laboratory.inProcess(experiment);
    List<String> answer =
        Files.readAllLines(laboratory.store().open(run.output("report", "answer.csv")));
    List<String> header = List.of(answer.get(0).split(",", -1));
    List<String> row = List.of(answer.get(1).split(",", -1));
    assertThat(answer).hasSize(2);
    assertThat(row).startsWith("no_network", "trained_trained", "s/means", "1");
    assertThat(row.get(header.indexOf("cells_nothing_matches"))).as("%s", answer).isEqualTo("1");
  }

  /** Files hold what the network sent, so that all but its predictions is the same. */
  @Test
  void exportedRepresentations_giveTheStitchesAndNumbersOfTheirNetwork() throws Exception {
    Laboratory laboratory = new Laboratory(directory.resolve("store"));
    Finished network = laboratory.inProcess(Laboratory.experiment(TINY.formatted("", "a")));
    StringBuilder cuts = new StringBuilder();
    for (String cut : CUTS) {
      cuts.append(
          "cut { name: \"%s\" file { train: \"%s\" test: \"%s\" } } "
              .formatted(
                  cut,
                  export(laboratory, network, cut, "train"),
                  export(laboratory, network, cut, "test")));
    }
    String sender = "network { name: \"f\" representations { " + cuts + "} }";
    Finished file = laboratory.inProcess(Laboratory.experiment(TINY.formatted(sender, "f")));

    assertThat(file.ran()).extracting(result -> result.getMessage()).containsOnly("");
    for (String from : CUTS) {
      for (String to : CUTS) {
        String cell = "/" + from + " -> b/" + to;
        assertThat(file.output("copy f" + cell, "stitch"))
            .isEqualTo(network.output("copy a" + cell, "stitch"));
        for (String seeded : List.of("vanilla %s", "copy by SGD %s")) {
          assertThat(file.output(seeded.formatted("f" + cell) + " seed 1", "stitch"))
              .isEqualTo(network.output(seeded.formatted("a" + cell) + " seed 1", "stitch"));
        }
        for (String solver : List.of(" least squares", " SGD")) {
          Comparison expected = comparison(laboratory, network, "a" + cell + solver);
          Comparison actual = comparison(laboratory, file, "f" + cell + solver);
          assertSame(actual.getTrain(), expected.getTrain());
          assertSame(actual.getValidation(), expected.getValidation());
          assertSame(actual.getTest(), expected.getTest());
        }
      }
    }
  }

  private static void assertSame(Measurement file, Measurement network) {
    Map<String, Double> expected = new HashMap<>(MeasuredValues.of(network).numbers());
    requireNonNull(expected.remove("vanilla_agrees_with_sender"));
    requireNonNull(expected.remove("copy_agrees_with_sender"));
    assertThat(MeasuredValues.of(file).numbers()).isEqualTo(expected);
    assertThat(MeasuredValues.of(file).series()).isEqualTo(MeasuredValues.of(network).series());
  }

  private static Comparison comparison(Laboratory laboratory, Finished run, String cell)
      throws Exception {
    Digest digest = run.output("compare " + cell + " seed 1", "comparison");
    return Comparison.parseFrom(Files.readAllBytes(laboratory.store().open(digest)));
  }

  private Path export(Laboratory laboratory, Finished run, String cut, String split)
      throws Exception {
    Digest digest = run.output("represent a/" + cut + " " + split, "representation");
    Path to = directory.resolve(cut + "." + split);
    return Export.write(
            StoreCatalog.read(laboratory.store()),
            new Item.Blob(digest),
            Export.TensorFormat.ARROW,
            to)
        .get(0)
        .file();
  }
}
