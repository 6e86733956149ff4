package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.Terminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

final class ManPagesTest {
  @Test
  void main_withADirectoryAndADate_writesAPageForEachCommand(@TempDir Path directory)
      throws Exception {
    ManPages.main(new String[] {directory.resolve("man1").toString(), "2026-01-31T10:00:00Z"});
    CommandLine line = Stitchflow.line(Terminal.system(Map.of()), Map.of());
    try (Stream<Path> files = Files.list(directory.resolve("man1"))) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .contains("stitchflow.1", "stitchflow-runs-show.1")
          .containsAll(
              line.getSubcommands().keySet().stream()
                  .map(each -> "stitchflow-" + each + ".1")
                  .toList());
    }
    assertThat(directory.resolve("man1/stitchflow-run.1"))
        .content()
        .startsWith(".TH \"STITCHFLOW\\-RUN\" 1 2026-01-31 \"Stitchflow ");
  }

  @Test
  void page_ofACommand_hasAllItsOptions() {
    CommandLine run =
        Objects.requireNonNull(
            Stitchflow.line(Terminal.system(Map.of()), Map.of()).getSubcommands().get("run"));
    String page = ManPages.all("2026-01-31").get("stitchflow-run.1");
    assertThat(run.getCommandSpec().options()).hasSizeGreaterThan(10);
    for (OptionSpec option : run.getCommandSpec().options()) {
      assertThat(page).contains("\\fB" + option.longestName().replace("-", "\\-") + "\\fR");
    }
    assertThat(page).contains("\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n", "=\\fIFIELD=VALUE\\fR\n");
  }

  @Test
  void page_ofTheProgram_listsCommandsAndExitCodes() {
    assertThat(ManPages.all("2026-01-31").get("stitchflow.1"))
        .contains(
            ".SH \"COMMANDS\"\n",
            ".TP\n\\fBstitchflow\\-gc\\fR(1)\nDeletes unreferenced results.\n",
            ".SH \"EXIT STATUS\"\n",
            ".TP\n\\fB4\\fR\nsome stages failed; those that depend on them are skipped,\nall others finished\n");
  }

  @Test
  void page_ofAnExample_keepsItsLinesAsTheyAre() {
    assertThat(ManPages.all("2026-01-31").get("stitchflow-verify.1"))
        .contains(
            ".SH \"EXAMPLE\"\n.EX\n  stitchflow verify \\-\\-sample 5% \\-\\-rerun 1%\n.EE\nreads 5%");
  }

  @Test
  void page_ofTextThatTroffWouldChange_escapesIt() {
    CommandSpec spec = CommandSpec.create().name("x");
    spec.usageMessage().description(".so \\ 'a' \"b\" `c` ^~ ä. Second sentence, 5%%.");
    OptionSpec.Builder option = OptionSpec.builder("-o", "--out").paramLabel("DIR").arity("1");
    spec.addOption(option.description("First line.", ".second").build());
    spec.addOption(OptionSpec.builder("--secret").hidden(true).build());
    assertThat(ManPage.of(new CommandLine(spec), "2026-01-31", "S"))
        .contains(
            """
            .SH "DESCRIPTION"
            \\&.so \\(rs \\(aqa\\(aq \\(dqb\\(dq \\(gac\\(ga \\(ha\\(ti \\[u00E4].
            Second sentence, 5%.
            """)
        .contains(
            ".TP\n\\fB\\-o\\fR, \\fB\\-\\-out\\fR=\\fIDIR\\fR\nFirst line.\n.br\n\\&.second\n")
        .doesNotContain("secret");
  }
}
