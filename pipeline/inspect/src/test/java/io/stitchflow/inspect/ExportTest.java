package io.stitchflow.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.statistics.PredictedClasses;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.MeasuredValue;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Predictions;
import io.stitchflow.v1.SeriesPoint;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportTest {
  private static final Action TRAINING =
      Action.newBuilder().setTrainNetwork(TrainNetwork.newBuilder().setSeed(1)).build();
  private static final Action REPORT =
      Action.newBuilder().setWriteReport(WriteReport.newBuilder().setExperiment("e")).build();

  @TempDir Path directory;
  private Shelf shelf;
  private Path to;

  @BeforeEach
  void open() throws IOException {
    shelf = new Shelf(directory.resolve("store"));
    to = directory.resolve("to");
  }

  @Test
  void export_network_isPlainFilesWithTheRightNames() throws IOException {
    TrainingCurve curve =
        TrainingCurve.newBuilder()
            .addLoss(2.5)
            .addLoss(Double.NaN)
            .setTest(Evaluation.newBuilder().setExamples(4).setCorrect(3).setCrossEntropy(0.5))
            .build();
    Predictions predictions = PredictedClasses.of(List.of(3), List.of(9, 0));
    Digest key =
        shelf.publish(
            TRAINING,
            ActionResult.newBuilder()
                .addOutput(shelf.output("network", "weights".getBytes(UTF_8)))
                .addOutput(shelf.output("predictions", predictions.toByteArray()))
                .addOutput(shelf.output("training", curve.toByteArray()))
                .build());
    export(key);
    assertThat(files()).containsExactly("network.safetensors", "predictions.csv", "training.csv");
    assertThat(to.resolve("network.safetensors")).hasContent("weights").isWritable();
    assertThat(to.resolve("predictions.csv"))
        .hasContent("split,example,class\ntrain,0,3\ntest,0,9\ntest,1,0\n");
    assertThat(to.resolve("training.csv"))
        .hasContent(
            """
            quantity,split,epoch,value
            loss,train,1,2.5
            loss,train,2,NaN
            examples,test,,4
            correct,test,,3
            cross_entropy,test,,0.5
            """);
  }

  @Test
  void export_comparison_isATableWithARowASplit() throws IOException {
    Comparison comparison =
        Comparison.newBuilder()
            .setTrain(
                Measurement.newBuilder()
                    .setExamples(8)
                    .addValue(MeasuredValue.newBuilder().setName("ev").setNumber(0.25)))
            .setTest(
                Measurement.newBuilder()
                    .setExamples(4)
                    .addValue(MeasuredValue.newBuilder().setName("vanilla_accuracy").setNumber(0.5))
                    .addValue(
                        MeasuredValue.newBuilder()
                            .setName("copy_later_r2")
                            .addPoint(SeriesPoint.newBuilder().setAt("layer4.0").setNumber(0.75))
                            .addPoint(SeriesPoint.newBuilder().setAt("x").setNumber(-1))))
            .build();
    Action action =
        Action.newBuilder().setCompareStitches(CompareStitches.getDefaultInstance()).build();
    Digest key =
        shelf.publish(
            action,
            ActionResult.newBuilder()
                .addOutput(shelf.output("comparison", comparison.toByteArray()))
                .build());
    export(key);
    assertThat(to.resolve("comparison.csv"))
        .hasContent(
            """
            split,examples,ev,vanilla_accuracy,copy_later_r2
            train,8,0.25,,
            test,4,,0.5,layer4.0=0.75;x=-1.0
            """);
  }

  @Test
  void export_twice_leavesTheFileThatIsThere() throws IOException {
    Digest key = shelf.publish(TRAINING, 1, Map.of("network", "weights"));
    assertThat(export(key)).extracting(Export.Exported::already).containsExactly(false);
    assertThat(export(key)).extracting(Export.Exported::already).containsExactly(true);
    assertThat(files()).containsExactly("network.safetensors");
  }

  @Test
  void export_otherContentIsThere_writesNothing() throws IOException {
    Digest key = shelf.publish(REPORT, 1, Map.of("a.csv", "one", "b.csv", "two"));
    Files.createDirectories(to);
    Files.writeString(to.resolve("b.csv"), "mine");
    assertThatThrownBy(() -> export(key))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("b.csv");
    assertThat(files()).containsExactly("b.csv");
    assertThat(to.resolve("b.csv")).hasContent("mine");
  }

  @Test
  void export_hostileNames_stayInTheDirectory() throws IOException {
    Digest key =
        shelf.publish(
            REPORT,
            1,
            Map.of(
                "../../evil.csv", "up",
                "/etc/evil.csv", "root",
                "maps/../a\u001b[31m.svg", "colour",
                "..", "dots"));
    export(key);
    assertThat(files())
        .containsExactly("_..bin", "_./_./evil.csv", "etc/evil.csv", "maps/_./a__31m.svg");
    assertThat(directory.resolve("evil.csv")).doesNotExist();
  }

  @Test
  void export_namesThatBecomeTheSame_areBothWritten() throws IOException {
    Digest key = shelf.publish(REPORT, 1, Map.of("a b.csv", "one", "a_b.csv", "two"));
    export(key);
    assertThat(files()).hasSize(2).contains("a_b.csv");
  }

  @Test
  void export_linkOutOfTheDirectory_isRefused() throws IOException {
    Path outside = Files.createDirectories(directory.resolve("outside"));
    Files.createDirectories(to);
    Files.createSymbolicLink(to.resolve("maps"), outside);
    Digest key = shelf.publish(REPORT, 1, Map.of("maps/a.svg", "picture"));
    assertThatThrownBy(() -> export(key))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("is a symbolic link to outside " + to);
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void export_blobDamaged_isNotExported() throws IOException {
    Digest key = shelf.publish(TRAINING, 1, Map.of("network", "weights"));
    Path blob = shelf.blob(Digest.of("weights".getBytes(UTF_8)));
    Files.delete(blob);
    Files.writeString(blob, "weighst");
    // another process, which has not hashed the blob yet
    shelf = new Shelf(directory.resolve("store"));
    assertThatThrownBy(() -> export(key)).isInstanceOf(MissingBlobException.class);
    assertThat(files()).isEmpty();
  }

  @Test
  void export_blobOfNoRecord_isNamedByItsDigestAndItsFirstBytes() throws IOException {
    Digest arrow = shelf.store().put("ARROW1\0\0and so on".getBytes(UTF_8));
    Digest page = shelf.store().put("\n<!DOCTYPE html><p>".getBytes(UTF_8));
    Digest other = shelf.store().put("something".getBytes(UTF_8));
    StoreCatalog catalog = shelf.catalog();
    for (Digest digest : List.of(arrow, page, other)) {
      var unused = Export.write(catalog, new Item.Blob(digest), Export.TensorFormat.ARROW, to);
    }
    assertThat(files())
        .containsExactlyInAnyOrder(
            arrow.brief() + ".arrow", page.brief() + ".html", other.brief() + ".bin");
  }

  @ParameterizedTest
  @CsvSource({
    "network,network",
    "heatmaps/a_b.svg,heatmaps/a_b.svg",
    "../x,_./x",
    "/x,x",
    "a/../../b,a/_./_./b",
    ".hidden,_hidden",
    "C:\\x,C_/x",
    "'a b',a_b",
    "'///',output",
    "ä,_"
  })
  void name_ofAnOutput_leadsDownOnly(String name, String safe) {
    assertThat(FileNames.safe(name)).isEqualTo(safe);
  }

  private List<Export.Exported> export(Digest key) throws IOException {
    StoreCatalog catalog = shelf.catalog();
    return Export.write(
        catalog,
        java.util.Objects.requireNonNull(catalog.find(key)),
        Export.TensorFormat.ARROW,
        to);
  }

  /** Of {@link #to}, relative. */
  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(to)) {
      return all.filter(Files::isRegularFile)
          .map(file -> to.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
