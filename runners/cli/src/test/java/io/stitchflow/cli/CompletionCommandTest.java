package io.stitchflow.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script of {@code completion}, run by bash. */
final class CompletionCommandTest {
  @TempDir Path directory;
  private Path script = Path.of("");

  @BeforeEach
  void writeScript() throws IOException {
    script = Files.writeString(directory.resolve("completion"), print("bash"));
  }

  private static String print(String shell) {
    Screen screen = new Screen();
    assertThat(screen.execute(Map.of(), "completion", shell)).isEqualTo(ExitCode.DONE);
    assertThat(screen.err()).isEmpty();
    return screen.out();
  }

  @Test
  void completion_ofEachShell_isValidAndTheSame() throws Exception {
    assertThat(bash("bash -n \"$0\"")).isEmpty();
    assertThat(print("zsh")).isEqualTo(Files.readString(script)).contains("bashcompinit");
  }

  @ParameterizedTest
  @CsvSource({
    "stitchflow val, validate",
    "stitchflow pi, pin pins",
    "stitchflow ru, run runs",
    "stitchflow runs s, show",
    "stitchflow gc --max, --max-size",
    "stitchflow validate --js, --json",
    "stitchflow completion b, bash"
  })
  void completion_ofABeginning_isWhatBashOffers(String typed, String offered) throws Exception {
    int last = typed.split(" ").length - 1;
    String complete =
        "compopt() { :; }; source \"$0\"; COMP_WORDS=("
            + typed
            + "); COMP_CWORD="
            + last
            + "; $(complete -p stitchflow | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo ${COMPREPLY[@]}";
    assertThat(bash(complete)).isEqualTo(offered + "\n");
  }

  @Test
  void completion_ofAnotherShell_isRefused() {
    Screen screen = new Screen();
    assertThat(screen.execute(Map.of(), "completion", "fish")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("a script for bash and zsh, but was: 'fish'");
  }

  private String bash(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "--norc", "-c", command, script.toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }
}
