package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in a process of its own: what depends on how a JVM is started. */
final class ProcessTest {
  private static final String EXPERIMENT =
      """
      name: "tiny"
      dataset { synthetic { train_examples: 128 test_examples: 32 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 recipe { epochs: 1 batch_size: 16 } }
      pair { sender: "a" receiver: "a" }
      cut: "stem"
      metric: ["accuracy", "mse", "cka", "controls"]
      vanilla { recipe { epochs: 1 batch_size: 16 } }
      copy { recipe { batch_size: 16 } }
      """;

  @TempDir Path directory;

  private record Ended(int code, String text) {}

  private Ended start(Map<String, String> environment, List<String> options, String... args)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Stitchflow.class.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), text);
  }

  @Test
  void plan_underALocaleWithOtherDigits_printsOneKindOfDigits() throws Exception {
    Path file = Files.writeString(directory.resolve("e.textproto"), EXPERIMENT);
    Ended ended =
        start(
            Map.of("LC_ALL", "C.UTF-8"),
            List.of("-Duser.language=ar", "-Duser.country=EG"),
            "plan",
            file.toString(),
            "--store",
            directory.resolve("store").toString());
    assertThat(ended.code()).as(ended.text()).isZero();
    assertThat(ended.text())
        .containsPattern("tiny: [0-9]+ stages: 0 HIT, 1 RUN")
        .matches(text -> text.codePoints().noneMatch(c -> c > '9' && Character.isDigit(c)));
  }

  @Test
  void path_thatTheLocaleHasNot_isAnInputErrorThatNamesTheLocale() throws Exception {
    for (String[] args :
        new String[][] {
          {"stats", "--store", "ü"}, {"plan", "ö.textproto"}, {"plan", "e", "--out", "ü"}
        }) {
      Ended ended = start(Map.of("LC_ALL", "C"), List.of(), args);
      assertThat(ended.code()).as(ended.text()).isEqualTo(ExitCode.INPUT);
      assertThat(ended.text()).contains("LC_ALL=C.UTF-8").doesNotContain("Exception", "bug");
    }
  }

  @Test
  void gc_homeOtherThanThePasswordEntry_followsHome() throws Exception {
    Ended ended =
        start(
            Map.of("HOME", directory.resolve("home").toString(), "XDG_CACHE_HOME", ""),
            List.of("-Duser.home=/elsewhere"),
            "gc",
            "--dry-run");
    assertThat(ended.code()).as(ended.text()).isZero();
    assertThat(ended.text()).contains(directory + "/home/.cache/stitchflow: would free");
  }

  /** In a working directory of its own, which has the default of --out. */
  @Test
  void run_otherFieldsWithoutOut_keepsTheFirstReportAndSaysWhereTheOtherGoes() throws Exception {
    Path file = Files.writeString(directory.resolve("e.textproto"), EXPERIMENT);
    String[] run = {"run", file.toString(), "--store", directory.resolve("store").toString()};
    Ended first = start(Map.of(), List.of(), run);
    assertThat(first.code()).as(first.text()).isZero();
    Path out = directory.resolve("stitchflow-out");
    byte[] report = Files.readAllBytes(out.resolve("tiny/report.html"));
    String[] other = Arrays.copyOf(run, run.length + 2);
    other[run.length] = "--set";
    other[run.length + 1] = "vanilla.recipe.epochs=2";
    Ended second = start(Map.of(), List.of(), other);
    assertThat(second.code()).as(second.text()).isZero();
    assertThat(second.text())
        .containsPattern(
            out
                + "/tiny has the report of another variant of this experiment; this report goes to "
                + out
                + "/tiny-[0-9a-f]{8}\n")
        .containsPattern("report: " + out + "/tiny-[0-9a-f]{8}/report.html\n");
    assertThat(out.resolve("tiny/report.html")).hasBinaryContent(report);
    Ended again = start(Map.of(), List.of(), run);
    assertThat(again.text()).contains("report: " + out + "/tiny/report.html");
    String[] forced = Arrays.copyOf(other, other.length + 1);
    forced[other.length] = "--force";
    Ended overwritten = start(Map.of(), List.of(), forced);
    assertThat(overwritten.text()).contains("report: " + out + "/tiny/report.html");
  }
}
