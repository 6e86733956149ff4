package io.stitchflow.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ExamplesTest {
  private static final Path EXAMPLES = Path.of("examples");

  static List<Path> examples() throws IOException {
    try (var files = Files.list(EXAMPLES)) {
      return files.filter(file -> file.toString().endsWith(".textproto")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example_each_isAnExperimentNamedLikeItsFile(Path example) throws IOException {
    Experiment experiment = TextFormat.parse(Files.readString(example), Experiment.class);
    assertThat(example).hasFileName(experiment.getName() + ".textproto");
    assertThat(experiment.getNetworkList()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(experiment.getDataset().getKindCase()).isNotEqualTo(Dataset.KindCase.KIND_NOT_SET);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example_each_survivesWritingAndReading(Path example) throws IOException {
    Experiment experiment = TextFormat.parse(Files.readString(example), Experiment.class);
    String written = TextFormat.printer().printToString(experiment);
    assertThat(TextFormat.parse(written, Experiment.class)).isEqualTo(experiment);
  }

  @Test
  void examples_all_holdTheQuickstartAndCifar10() throws IOException {
    assertThat(examples())
        .map(file -> file.getFileName().toString())
        .contains("cifar10-small.textproto", "networks.textproto", "quickstart.textproto");
  }
}
