package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ValidateCommandTest {
  private static final String EXPERIMENT =
      """
      name: "tiny"
      dataset { synthetic { train_examples: 64 test_examples: 32 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: [1, 2] }
      pair { sender: "a-s1" receiver: "a-s2" }
      condition: [TRAINED_TRAINED, RANDOM_RANDOM]
      cut: ["stem", "layer2.0"]
      """;

  @TempDir Path directory;
  private Path file = Path.of("");
  private Screen screen = new Screen();

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(directory.resolve("tiny.textproto"), EXPERIMENT);
  }

  @Test
  void validate_validFile_printsOneLineAndWritesNothing() throws IOException {
    assertThat(execute("validate", file.toString())).isEqualTo(ExitCode.DONE);

    assertThat(screen.out())
        .isEqualTo(file + ": valid: tiny: 2 networks, 1 pair, 2 conditions, 8 cells\n");
    assertThat(screen.err()).isEmpty();
    try (Stream<Path> left = Files.walk(directory)) {
      assertThat(left).containsExactlyInAnyOrder(directory, file);
    }
  }

  @Test
  void validate_set_isAppliedFirst() {
    assertThat(
            execute("validate", file.toString(), "--set", "cut=[stem]", "--set", "seed=[1, 2, 3]"))
        .isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).endsWith(": 2 networks, 1 pair, 2 conditions, 6 cells\n");
  }

  @Test
  void validate_json_isOneObjectAndTheLineIsOnStandardError() {
    assertThat(execute("validate", file.toString(), "--json")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .startsWith(
            "{\"file\":\""
                + file
                + "\",\"experiment\":\"tiny\",\"network\":[\"a-s1\",\"a-s2\"],\"pairs\":1,"
                + "\"condition\":[\"TRAINED_TRAINED\",\"RANDOM_RANDOM\"],\"cells\":8,\"stages\":");
    assertThat(screen.err()).contains("8 cells\n");
  }

  @Test
  void validate_invalidFile_printsWhatRunPrints() throws IOException {
    Files.writeString(
        file,
        EXPERIMENT
            .replace("width: 2", "width: 2000")
            .replace("a-s2\"", "c\"")
            .replace("layer2.0", "layer9"));
    String[] options = {"--set", "copy.solver=NEWTON"};

    assertThat(execute("run", file.toString(), options[0], options[1])).isEqualTo(ExitCode.INPUT);
    String ofRun = screen.err();
    assertThat(execute("validate", file.toString(), options[0], options[1], "--json"))
        .isEqualTo(ExitCode.INPUT);

    assertThat(screen.err()).isEqualTo(ofRun);
    assertThat(screen.err().lines()).hasSizeGreaterThanOrEqualTo(3);
    assertThat(screen.out()).isEmpty();
  }

  @Test
  void validate_weightsThatCannotBeRead_areAnInputError() throws IOException {
    Files.writeString(
        file, EXPERIMENT.replace("seed: [1, 2]", "weights { file: \"none.safetensors\" }"));
    assertThat(execute("validate", file.toString())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("none.safetensors").doesNotContain("Exception");
  }

  @Test
  void validate_storeThatCannotBe_isNotLookedAt() {
    screen = new Screen();
    assertThat(
            screen.execute(Map.of("XDG_CACHE_HOME", file.toString()), "validate", file.toString()))
        .isEqualTo(ExitCode.DONE);
  }

  private int execute(String... args) {
    screen = new Screen();
    return screen.execute(Map.of(), args);
  }
}
