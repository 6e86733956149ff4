package io.stitchflow.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.Stitchflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of the manual as its readers do: in a shell, in an empty folder, with an empty
 * store, and compares what they print with what the page shows. {@code stitchflow} is a process of
 * this test's class path.
 */
final class ManualTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path TUTORIAL = ROOT.resolve("pipeline/docs/tutorial.md");
  private static final Path PYTHON = ROOT.resolve("pipeline/docs/python.md");

  /** Sections that need PyTorch, or a cluster of several processes. */
  private static final List<String> NIGHTLY = List.of("A network of PyTorch", "On a Flink cluster");

  private static final long MINUTES = 15;

  @TempDir Path directory;

  @Test
  void tutorial_withoutPytorchAndCluster_printsWhatThePageShows() throws Exception {
    List<DocumentStep> steps =
        DocumentStep.of(Files.readString(TUTORIAL)).stream()
            .filter(step -> !NIGHTLY.contains(step.section()))
            .toList();
    assertThat(steps.stream().map(DocumentStep::section).distinct())
        .containsExactly("A first experiment", "Your own images", "Several seeds");
    run(steps);
    assertThat(directory.resolve("images/stitchflow-out/photos/report.html")).isNotEmptyFile();
  }

  @Test
  @Tag("nightly")
  @ExtendWith(Torch.class)
  void tutorial_whole_printsWhatThePageShows() throws Exception {
    List<DocumentStep> steps = DocumentStep.of(Files.readString(TUTORIAL));
    assertThat(steps.stream().map(DocumentStep::section)).containsAll(NIGHTLY);
    run(steps);
  }

  @Test
  @Tag("nightly")
  @ExtendWith(Torch.class)
  void python_readers_printWhatThePageShows() throws Exception {
    run(DocumentStep.of(Files.readString(PYTHON)));
  }

  @Test
  void steps_ofAPage_areItsCommandsWithTheOutputShown() {
    assertThat(
            DocumentStep.of(
                """
                # Page
                ## One
                ```sh
                a
                b
                ```
                ```
                none
                ```
                ## Two
                ```console
                $ c d
                out 1 ...
                ...
                $ e
                ```
                """))
        .containsExactly(
            new DocumentStep("One", "a\nb\n", null),
            new DocumentStep("Two", "c d\n", "out 1 ...\n...\n"),
            new DocumentStep("Two", "e\n", ""));
  }

  @Test
  void step_otherOutput_isNotTheOneShown() {
    DocumentStep step = new DocumentStep("", "", "9 cells ...\n...\nend\n");
    assertThat(step.shows("9 cells (all)\nx\ny\nend\n")).isTrue();
    assertThat(step.shows("9 cells (all)\nend\n")).isTrue();
    assertThat(step.shows("8 cells (all)\nx\nend\n")).isFalse();
    assertThat(step.shows("9 cells (all)\nx\n")).isFalse();
    assertThat(new DocumentStep("", "", "").shows("x\n")).isFalse();
    assertThat(new DocumentStep("", "", null).shows("x\n")).isTrue();
  }

  /** In one shell, so that a later step finds the variables and the folder of the ones before. */
  private void run(List<DocumentStep> steps) throws Exception {
    Path steering = Files.createDirectory(directory.resolve(".steps"));
    writeCommand(Files.createDirectory(steering.resolve("bin")));
    StringBuilder script = new StringBuilder("set -eu\n");
    for (int i = 0; i < steps.size(); i++) {
      Path step = Files.writeString(steering.resolve(i + ".sh"), steps.get(i).commands());
      script.append(". ").append(step).append(" > ").append(output(i)).append('\n');
    }
    Path log = steering.resolve("log");
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", script.toString())
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(log.toFile());
    shell.environment().put("HOME", directory.toString());
    shell.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
    shell.environment().put("STITCHFLOW", ROOT.toString());
    shell.environment().put("PATH", steering.resolve("bin") + ":" + System.getenv("PATH"));
    Process process = shell.start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("ends in time").isTrue();
      assertThat(process.exitValue()).as(() -> text(log)).isZero();
      List<String> others = new ArrayList<>();
      for (int i = 0; i < steps.size(); i++) {
        String printed = text(output(i));
        if (!steps.get(i).shows(printed)) {
          others.add(steps.get(i) + "\nprinted\n" + printed);
        }
      }
      assertThat(others).isEmpty();
    } finally {
      process.destroy();
    }
  }

  private Path output(int step) {
    return directory.resolve(".steps").resolve(step + ".out");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** {@code stitchflow}, and {@code python3} if another one than the first on the path is asked. */
  private static void writeCommand(Path bin) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String options =
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC --add-opens=java.base/java.nio=ALL-UNNAMED"
            + " -Dai.djl.offline=true -Dai.djl.pytorch.num_threads=1"
            + " -Dai.djl.pytorch.num_interop_threads=1";
    write(
        bin.resolve("stitchflow"),
        String.format(
            "%s %s -cp '%s' %s",
            java, options, System.getProperty("java.class.path"), Stitchflow.class.getName()));
    write(bin.resolve("python3"), Torch.PYTHON);
    write(bin.resolve("java"), java.toString());
  }

  private static void write(Path script, String command) throws IOException {
    Files.writeString(script, "#!/bin/sh\nexec " + command + " \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
