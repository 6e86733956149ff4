package io.stitchflow.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormat;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FolderDigest;
import io.stitchflow.dataset.DatasetKind.SourceFile;
import io.stitchflow.memo.StageRun;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of every kind of this module, including the one that only its tests have. */
class DatasetKindsTest {
  @TempDir Path directory;

  static List<DatasetKind> kinds() {
    return DatasetKinds.all().stream()
        .filter(kind -> kind.getClass().getPackage().equals(DatasetKinds.class.getPackage()))
        .toList();
  }

  @Test
  void all_kindOnTheClassPath_isRegisteredAfterTheBuiltInOnes() {
    assertThat(DatasetKinds.all()).startsWith(DatasetKinds.builtIn().toArray(DatasetKind[]::new));
    assertThat(DatasetKinds.all()).hasAtLeastOneElementOfType(StripesDataset.class);
    assertThat(DatasetKinds.all()).extracting(DatasetKind::name).doesNotHaveDuplicates();
  }

  @Test
  void builtIn_all_areTheFieldsOfTheMessages() {
    Set<String> names =
        DatasetKinds.builtIn().stream().map(DatasetKind::name).collect(Collectors.toSet());
    names.add("extension");
    for (var message : List.of(Dataset.getDescriptor(), ImportDataset.getDescriptor())) {
      assertThat(message.getRealOneofs().get(0).getFields())
          .extracting(FieldDescriptor::getName)
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void of_noKindOrAnUnknownOne_isRefused() throws Exception {
    assertThatThrownBy(() -> DatasetKinds.of(Dataset.getDefaultInstance()))
        .hasMessageContaining("kind of data set is unknown");
    Dataset unknown = TextFormat.parse("extension { name: \"dots\" }", Dataset.class);
    assertThat(DatasetKinds.find(unknown)).isNull();
    assertThatThrownBy(() -> DatasetKinds.of(unknown)).hasMessageContaining("dots");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void usage_any_isReadAsTheKind(DatasetKind kind) throws Exception {
    assertThat(DatasetKinds.of(TextFormat.parse(kind.usage(), Dataset.class))).isSameAs(kind);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void fill_twice_changesNothing(DatasetKind kind) throws Exception {
    Dataset filled = kind.fill(TextFormat.parse(kind.usage(), Dataset.class));
    assertThat(kind.fill(filled)).isEqualTo(filled);
    assertThat(DatasetKinds.of(filled)).isSameAs(kind);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void ranges_any_areOfFieldsOfTheKind(DatasetKind kind) throws Exception {
    Dataset dataset = TextFormat.parse(kind.usage(), Dataset.class);
    assertThat(fields(dataset)).containsAll(kind.ranges().keySet());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void summarize_validDataset_statesTitleShapeClassesAndExamples(DatasetKind kind)
      throws IOException {
    DatasetSummary summary = kind.summarize(DatasetFixtures.write(kind, directory), directory);
    assertThat(summary.problems()).isEmpty();
    assertThat(summary.title()).isNotBlank();
    assertThat(summary.shape())
        .hasSizeBetween(1, 3)
        .allSatisfy(size -> assertThat(size).isPositive());
    assertThat(summary.classes()).isGreaterThan(1);
    assertThat(summary.trainExamples()).isPositive();
    assertThat(summary.testExamples()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void summarize_firstSourceMissing_isAProblemOfAField(DatasetKind kind) throws IOException {
    Dataset dataset = DatasetFixtures.write(kind, directory);
    List<SourceFile> sources = kind.sources(dataset, directory, directory);
    for (SourceFile first : sources.subList(0, Math.min(1, sources.size()))) {
      Files.move(first.path(), directory.resolve("elsewhere"));
      assertThat(kind.summarize(dataset, directory).problems())
          .singleElement()
          .satisfies(problem -> assertThat(fields(dataset)).contains(problem.field()))
          .satisfies(problem -> assertThat(problem.text()).contains(first.role()).contains(";"));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void sources_any_haveARoleEachAndTheDigestOfTheirContent(DatasetKind kind) throws IOException {
    Dataset dataset = DatasetFixtures.write(kind, directory);
    Set<String> roles = new HashSet<>();
    for (SourceFile source : kind.sources(dataset, directory, directory)) {
      assertThat(roles.add(source.role())).isTrue();
      assertThat(source.digest())
          .isEqualTo(
              Files.isDirectory(source.path())
                  ? FolderDigest.of(source.path())
                  : Digest.of(source.path()));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void archive_any_namesMissingSources(DatasetKind kind) throws Exception {
    Dataset dataset = kind.fill(TextFormat.parse(kind.usage(), Dataset.class));
    @Nullable OfficialArchive archive = kind.archive(dataset);
    if (archive != null) {
      assertThat(archive.title()).isNotBlank();
      assertThat(archive.source()).startsWith("https://");
      assertThat(archive.isThere(directory)).isFalse();
      assertThat(kind.sources(dataset, directory, directory))
          .isNotEmpty()
          .allSatisfy(source -> assertThat(source.path()).startsWithRaw(directory).doesNotExist());
    }
    assertThat(kind.archive(DatasetFixtures.write(kind, directory))).isNull();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void parameters_any_leadBackToTheKind(DatasetKind kind) throws IOException {
    ImportDataset parameters = kind.parameters(DatasetFixtures.write(kind, directory), directory);
    assertThat(DatasetKinds.of(parameters)).isSameAs(kind);
    assertThat(kind.describe(parameters, 2)).isNotBlank();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void images_imported_areAsTheSummaryStates(DatasetKind kind) throws IOException {
    Dataset dataset = DatasetFixtures.write(kind, directory);
    DatasetSummary summary = kind.summarize(dataset, directory);
    Map<String, Path> inputs =
        kind.sources(dataset, directory, directory).stream()
            .collect(Collectors.toMap(SourceFile::role, SourceFile::path));
    Action action =
        Action.newBuilder()
            .setImportDataset(kind.parameters(dataset, directory))
            .addAllInput(
                inputs.keySet().stream()
                    .map(role -> Input.newBuilder().setRole(role).build())
                    .toList())
            .build();
    Path outputs = Files.createDirectory(directory.resolve("outputs"));
    new ImportDatasetExecutor()
        .execute(List.of(new SourceRun(action, inputs, outputs)), share -> {});
    for (String split : List.of("train", "test")) {
      try (TensorFile images = TensorFile.open(outputs.resolve(split))) {
        assertThat(images.element()).isEqualTo(summary.element());
        assertThat(images.shape()).isEqualTo(summary.shape());
        assertThat(images.metadata()).containsEntry("classes", String.valueOf(summary.classes()));
        assertThat(images.rows())
            .isEqualTo(split.equals("train") ? summary.trainExamples() : summary.testExamples());
        for (int row = 0; row < images.rows(); row++) {
          assertThat(images.label(row)).isBetween(0, summary.classes() - 1);
        }
      }
    }
  }

  private record SourceRun(Action action, Map<String, Path> inputs, Path outputs)
      implements StageRun {
    @Override
    public Path input(String role) {
      return inputs.getOrDefault(role, outputs.resolve("no input " + role));
    }

    @Override
    public Path output(String name) {
      return outputs.resolve(name);
    }
  }

  private static List<String> fields(Dataset dataset) {
    return Dataset.getDescriptor()
        .findFieldByName(DatasetKinds.field(dataset))
        .getMessageType()
        .getFields()
        .stream()
        .map(FieldDescriptor::getName)
        .toList();
  }
}
