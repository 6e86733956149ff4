package io.stitchflow.transforms;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.Planner;
import io.stitchflow.run.RunFiles;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.Store;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainingRecipe;
import io.stitchflow.v1.VanillaSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of pipeline/docs/library.md. */
class LibraryTest {
  private static final String FROM = "    // Example\n";
  private static final String TO = "    // End of the example\n";

  @TempDir static Path directory;

  @BeforeAll
  static void run() throws Exception {
    runExample(directory);
  }

  @Test
  void example_ofTwoNetworks_writesTheAccuracyOfItsCell() throws IOException {
    assertThat(accuracies()).hasSize(1);
    assertThat(accuracies().get(0))
        .matches("compare a/stem -> b/stem least squares seed 1,[01]\\.\\d+");
  }

  @Test
  void example_againWithoutTheComparisonsBytes_computesThemAgain() throws Exception {
    List<String> first = accuracies();
    assertThat(comparisons()).hasSize(1);
    Files.delete(comparisons().get(0));
    runExample(directory);
    assertThat(accuracies()).isEqualTo(first);
    assertThat(comparisons()).hasSize(1);
  }

  @Test
  void example_ofTheDocument_isTheOneThatRuns() throws IOException {
    Path root = root();
    String source =
        Files.readString(
            root.resolve(
                "pipeline/transforms/src/test/java/io/stitchflow/transforms/LibraryTest.java"));
    String example =
        source
            .substring(source.indexOf(FROM) + FROM.length(), source.indexOf(TO))
            .replaceAll("(?m)^    ", "");
    assertThat(Files.readString(root.resolve("pipeline/docs/library.md")))
        .contains("```java\n" + example + "```\n");
  }

  private static void runExample(Path directory) throws Exception {
    // Example
    Network.Builder network =
        Network.newBuilder()
            .setArchitecture("ResNet(1,1,1,1)")
            .setWidth(2)
            .setRecipe(TrainingRecipe.newBuilder().setEpochs(1).setBatchSize(16));
    Experiment experiment =
        Experiment.newBuilder()
            .setName("library")
            .setDataset(
                Dataset.newBuilder()
                    .setSynthetic(Synthetic.newBuilder().setTrainExamples(64).setTestExamples(40)))
            .addNetwork(network.clone().setName("a").addSeed(1))
            .addNetwork(network.clone().setName("b").addSeed(2))
            .addPair(Pair.newBuilder().setSender("a").setReceiver("b"))
            .addCondition(Condition.TRAINED_TRAINED)
            .addCut("stem")
            .setVanilla(
                VanillaSettings.newBuilder().setRecipe(StitchRecipe.newBuilder().setEpochs(1)))
            .addMetric("accuracy")
            .build();
    ValidExperiment valid =
        ExperimentFile.check(
            directory.resolve("library.textproto"), TextFormat.printer().printToString(experiment));

    Store store = Store.open(directory.resolve("store"));
    Plan plan = Planner.plan(valid, directory.resolve("downloads"), Toolchains.cpu());
    PlanStatus status = PlanStatus.of(plan, new Memo(store));
    RunSpec run = RunSpec.create(store, plan, status, 2);

    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    pipeline
        .apply("Run experiment", RunExperiment.of(run, status.known()))
        .apply("Read comparisons", ReadComparisons.of(run))
        .apply(
            "Accuracy on test images",
            MapElements.into(TypeDescriptors.strings())
                .via(
                    cell -> {
                      MeasuredValues test = MeasuredValues.of(cell.getValue().getTest());
                      return cell.getKey() + "," + test.number("vanilla_accuracy");
                    }))
        .apply(
            "Write accuracies",
            TextIO.write().to(directory.resolve("accuracies").toString()).withoutSharding());
    pipeline.run().waitUntilFinish();
    RunFiles.at(store, run.id()).writeResults(PlanStatus.of(plan, new Memo(store)).known());
    // End of the example
  }

  /** Blobs with a message that has the quantity's name; those of the report are other formats. */
  private static List<Path> comparisons() throws IOException {
    List<Path> comparisons = new ArrayList<>();
    try (Stream<Path> blobs = Files.walk(directory.resolve("store/cas"))) {
      for (Path blob : blobs.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(blob, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\n") && text.contains("vanilla_accuracy")) {
          comparisons.add(blob);
        }
      }
    }
    return comparisons;
  }

  /** The directory of the whole project, wherever in it the test runs. */
  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("runners/stitchflow"))) {
      directory = Objects.requireNonNull(directory.getParent());
    }
    return directory;
  }

  private static List<String> accuracies() throws IOException {
    return Files.readAllLines(directory.resolve("accuracies"));
  }
}
