package io.stitchflow.cli.setup;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stitchflow completion bash|zsh}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description =
        "Prints a script with which the shell completes commands, options and file names. One script serves bash and zsh.",
    footerHeading = "%nExample:%n",
    footer = {
      "  source <(stitchflow completion bash)",
      "completes in this shell; in ~/.bashrc or ~/.zshrc, in each new one."
    })
public final class CompletionCommand implements Callable<Integer> {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  /** What the shell itself completes. */
  static final class Shells implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return SHELLS.iterator();
    }
  }

  private final Terminal system;
  private final Supplier<CommandLine> line;

  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = Shells.class,
      description = "bash or zsh.")
  private String shell = "";

  /**
   * @param line a parser with all commands
   */
  public CompletionCommand(Terminal system, Supplier<CommandLine> line) {
    this.system = system;
    this.line = line;
  }

  @Override
  public Integer call() throws InputException {
    if (!SHELLS.contains(shell)) {
      throw new InputException(
          "SHELL: there is a script for "
              + String.join(" and ", SHELLS)
              + ", but was: '"
              + shell
              + "'; choose one of these");
    }
    // In zsh, the script loads bash's completion by itself
    system.out().printRaw(AutoComplete.bash("stitchflow", line.get()));
    return ExitCode.DONE;
  }
}
