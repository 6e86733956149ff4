package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.LauncherFiles.Started;
import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * bin/stitchflow of an unpacked release, without Maven, without flock (which macOS lacks too), and
 * with a java that only says how it was started.
 */
final class ReleaseLauncherTest {
  private static final String JAVA =
      """
      #!%s
      case "$*" in
        *-version*) echo 'openjdk version "17.0.1"' >&2 ;;
        *-XX:DumpLoaded*) for argument; do [[ $argument != *.textproto || -f $argument ]] || exit 1; done ;;
        *-Xshare:dump*)
          for argument; do
            [[ $argument != -XX:SharedArchiveFile=* ]] || echo classes > "${argument#*=}"
          done
          ;;
        *) echo "$*" ;;
      esac
      """;

  /** All that the launcher may start. */
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "dirname",
          "env",
          "ln",
          "mkdir",
          "mktemp",
          "mv",
          "readlink",
          "rm",
          "sleep");

  @TempDir Path directory;
  private Path root = Path.of("");
  private Path home = Path.of("");
  private Path bin = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    root = Files.createDirectories(directory.toRealPath().resolve("stitchflow-1"));
    home = Files.createDirectories(directory.resolve("home"));
    bin = Files.createDirectories(directory.resolve("tools"));
    for (String tool : TOOLS) {
      Files.createSymbolicLink(bin.resolve(tool), tool(tool));
    }
    LauncherFiles.script(bin.resolve("java"), JAVA.formatted(tool("bash")));
    Files.createDirectories(root.resolve("bin"));
    Files.copy(LauncherFiles.original(), root.resolve("bin/stitchflow"));
    Files.createDirectories(root.resolve("examples"));
    for (String file :
        List.of("stitchflow-cli.jar", "stitchflow-flink.jar", "examples/quickstart.textproto")) {
      Files.createFile(root.resolve(file));
    }
    Files.writeString(root.resolve("RELEASE"), "1 linux-x86_64 3f9a\n");
  }

  private static Path tool(String name) {
    return Arrays.stream(System.getenv("PATH").split(":", -1))
        .map(each -> Path.of(each, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in PATH"));
  }

  private Started start(String... arguments) throws IOException, InterruptedException {
    return start(root.resolve("bin/stitchflow"), home.toString(), arguments);
  }

  private Started start(Path launcher, String homeOrNone, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(tool("bash").toString(), launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    if (!homeOrNone.isEmpty()) {
      builder.environment().put("HOME", homeOrNone);
    }
    return LauncherFiles.start(builder);
  }

  private static String archive(Path in, String name) {
    return "-XX:SharedArchiveFile=" + in.resolve("stitchflow-" + name + ".jsa") + " -jar ";
  }

  @Test
  void start_first_storesClassDataAndStartsTheJar() throws Exception {
    Started started = start("plan", "e");
    assertThat(started.code()).as(started.text()).isZero();
    assertThat(started.text())
        .startsWith("stitchflow: first start: storing Java's class data in " + root + "/launcher")
        .contains(archive(root.resolve("launcher"), "cli") + root + "/stitchflow-cli.jar plan e\n");
  }

  @Test
  void start_second_storesNothing() throws Exception {
    start("plan", "e");
    assertThat(start("plan", "e").text())
        .doesNotContain("stitchflow: ")
        .contains(archive(root.resolve("launcher"), "cli"));
  }

  @Test
  void start_afterAnotherReleaseWasUnpackedThere_storesClassDataAgain() throws Exception {
    start("plan", "e");
    Files.writeString(root.resolve("RELEASE"), "1 linux-x86_64 77c0\n");
    assertThat(start("plan", "e").text()).contains("first start");
    assertThat(start("plan", "e").text()).doesNotContain("first start");
  }

  @Test
  void start_onFlink_startsItsJarWithClassDataOfItsOwn() throws Exception {
    start("plan", "e");
    assertThat(start("run", "e", "--runner", "flink").text())
        .contains("first start")
        .contains(
            archive(root.resolve("launcher"), "flink")
                + root
                + "/stitchflow-flink.jar run e --runner flink\n");
    assertThat(start("plan", "e").text()).doesNotContain("first start");
  }

  @Test
  void start_releaseCannotBeWritten_keepsClassDataInTheUsersCache() throws Exception {
    Files.createFile(root.resolve("launcher")); // also root cannot make a directory of it
    Path kept = Path.of(home + "/.cache/stitchflow-launcher" + root);
    assertThat(start("plan", "e").text()).contains(archive(kept, "cli"));
    assertThat(start("plan", "e").text())
        .doesNotContain("first start")
        .contains(archive(kept, "cli"));
  }

  @Test
  void start_nothingCanBeWritten_startsWithoutClassData() throws Exception {
    Files.createFile(root.resolve("launcher"));
    Started started = start(root.resolve("bin/stitchflow"), "", "plan", "e");
    assertThat(started.code()).as(started.text()).isZero();
    assertThat(started.text())
        .doesNotContain("stitchflow: ", "SharedArchiveFile")
        .contains("-jar " + root + "/stitchflow-cli.jar plan e\n");
  }

  @Test
  void start_throughALink_findsTheRelease() throws Exception {
    Path link = directory.resolve("stitchflow");
    Files.createSymbolicLink(link, Path.of("stitchflow-1/bin/stitchflow"));
    assertThat(start(link, home.toString(), "plan", "e").text())
        .contains("-jar " + root + "/stitchflow-cli.jar plan e\n");
  }

  @Test
  void start_javaTooOld_isNamed() throws Exception {
    LauncherFiles.script(
        bin.resolve("java"), JAVA.formatted(tool("bash")).replace("17.0.1", "11.0.2"));
    Started started = start("plan", "e");
    assertThat(started.code()).isEqualTo(ExitCode.INPUT);
    assertThat(started.text()).contains("version \"11.0.2\"", "needs 17 or newer");
  }
}
