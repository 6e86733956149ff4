package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.LauncherFiles.Started;
import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** runners/stitchflow in a checkout, with a java and a mvn that only say how they were started. */
final class LauncherTest {
  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        *-version*) echo 'openjdk version "17.0.1"' >&2 ;;
        *--list-modules*) echo jdk.compiler@17 ;;
        *-XX:DumpLoaded* | *-Xshare:dump*) exit 1 ;;
        *) echo "LC_ALL=${LC_ALL-unset} DJL_CACHE_DIR=${DJL_CACHE_DIR-unset} $*" ;;
      esac
      """;
  private static final String MVN =
      """
      #!/bin/sh
      mkdir -p runners/cli/target/lib
      : > runners/cli/target/stitchflow-cli.jar
      """;

  @TempDir Path directory;
  private Path launcher = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    launcher = Files.createDirectories(directory.resolve("runners")).resolve("stitchflow");
    Files.copy(LauncherFiles.original(), launcher);
    LauncherFiles.script(directory.resolve("bin/java"), JAVA);
    LauncherFiles.script(directory.resolve("bin/mvn"), MVN);
  }

  private Started start(Map<String, String> environment, String before)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", before + " exec bash \"$0\" plan e", launcher.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().remove("DJL_CACHE_DIR");
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().putAll(environment);
    return LauncherFiles.start(builder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "en_US.ISO-8859-1", "unset"})
  void locale_withoutUtf8_isReplaced(String locale) throws Exception {
    Map<String, String> environment = locale.equals("unset") ? Map.of() : Map.of("LC_ALL", locale);
    assertThat(start(environment, "").text()).contains("LC_ALL=C.UTF-8 ");
  }

  @Test
  void locale_ofUtf8_isKept() throws Exception {
    assertThat(start(Map.of("LANG", "C.UTF-8"), "").text()).contains("LC_ALL=unset ");
  }

  @Test
  void djlCacheDir_isTheProgramsToFindWhereItIsNotSet() throws Exception {
    assertThat(start(Map.of(), "").text()).contains("DJL_CACHE_DIR=unset ");
    assertThat(start(Map.of("DJL_CACHE_DIR", ""), "rm -r \"${0%/*}\"/cli;").text())
        .contains("DJL_CACHE_DIR=unset ");
    assertThat(start(Map.of("DJL_CACHE_DIR", "/x"), "rm -r \"${0%/*}\"/cli;").text())
        .contains("DJL_CACHE_DIR=/x ");
  }

  @Test
  void home_unset_isNoErrorOfTheShell() throws Exception {
    Started started = start(Map.of(), "unset HOME;");
    assertThat(started.code()).as(started.text()).isZero();
  }

  @Test
  void openFiles_tooFew_areNamedWithTheRemedy() throws Exception {
    Started started = start(Map.of(), "ulimit -n 64;");
    assertThat(started.code()).isEqualTo(ExitCode.INPUT);
    assertThat(started.text()).contains("64 files open", "ulimit -n 1024");
  }

  @Test
  void addressSpace_tooSmallForLibtorch_isNamedWithTheRemedy() throws Exception {
    Started started = start(Map.of(), "ulimit -v 5000000;");
    assertThat(started.code()).isEqualTo(ExitCode.INPUT);
    assertThat(started.text()).contains("4882 MiB of address space", "ulimit -v unlimited");
  }

  @Test
  void workingDirectory_deleted_isNamed() throws Exception {
    Started started = start(Map.of(), "mkdir gone; cd gone; rmdir ../gone;");
    assertThat(started.code()).isEqualTo(ExitCode.INPUT);
    assertThat(started.text()).contains("the working directory was deleted");
  }
}
