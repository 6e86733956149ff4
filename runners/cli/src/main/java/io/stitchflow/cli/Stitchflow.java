package io.stitchflow.cli;

import io.stitchflow.artifacts.MissingBlobException;
import io.stitchflow.artifacts.StoreException;
import io.stitchflow.plan.InvalidExperimentException;
import io.stitchflow.transforms.ClusterException;
import io.stitchflow.transforms.StoreNotSharedException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The {@code stitchflow} command. */
@Command(
    name = "stitchflow",
    description = "Runs model-stitching experiments and recomputes only what changed.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:a bug of ours",
      "2:your input: an option, the experiment, its data",
      "3:your store",
      "4:some stages failed; the rest finished"
    })
public final class Stitchflow implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** Exits with one of the {@link ExitCode}s. */
  public static void main(String[] args) {
    int code = execute(Terminal.system(System.getenv()), System.getenv(), args);
    // Pools of libraries may still have threads
    System.exit(code);
  }

  /** Runs one command and returns its exit code. */
  static int execute(Terminal terminal, Map<String, String> environment, String... args) {
    CommandLine line =
        new CommandLine(new Stitchflow())
            .addSubcommand(new RunCommand(terminal, environment))
            .addSubcommand(new PlanCommand(terminal, environment))
            .addSubcommand(new WatchCommand(terminal, environment))
            .addSubcommand(new WhyCommand(terminal, environment))
            .addSubcommand(new LsCommand(terminal, environment))
            .addSubcommand(new ShowCommand(terminal, environment))
            .addSubcommand(new LineageCommand(terminal, environment))
            .addSubcommand(new ExportCommand(terminal, environment))
            .addSubcommand(new StatsCommand(terminal, environment))
            .addSubcommand(new PinCommand(terminal, environment))
            .addSubcommand(new UnpinCommand(terminal, environment))
            .addSubcommand(new GcCommand(terminal, environment))
            .addSubcommand(new VerifyCommand(terminal, environment))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
            .setColorScheme(
                CommandLine.Help.defaultColorScheme(terminal.color() ? Ansi.ON : Ansi.OFF))
            .setUsageHelpAutoWidth(false)
            .setUsageHelpWidth(100)
            .setParameterExceptionHandler((problem, given) -> misused(problem, terminal))
            .setExecutionExceptionHandler(
                (problem, command, parsed) -> failed(problem, parsed, terminal, environment));
    return line.execute(args);
  }

  /** Without a command there is nothing to do but say which there are. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "which command? choose " + String.join(", ", spec.commandLine().getSubcommands().keySet()));
  }

  private static int misused(ParameterException problem, Terminal terminal) {
    String command = problem.getCommandLine().getCommandSpec().qualifiedName();
    terminal.err().println("stitchflow: " + problem.getMessage());
    terminal.err().println("See " + command + " --help.");
    return ExitCode.INPUT;
  }

  private static int failed(
      Exception problem, ParseResult parsed, Terminal terminal, Map<String, String> environment) {
    if (problem instanceof InvalidExperimentException invalid) {
      invalid.problems().forEach(terminal.err()::println);
      return ExitCode.INPUT;
    }
    if (problem instanceof InputException || problem instanceof ClusterException) {
      terminal.err().println("stitchflow: " + problem.getMessage());
      return ExitCode.INPUT;
    }
    if (problem instanceof StoreException
        || problem instanceof MissingBlobException
        || problem instanceof StoreNotSharedException) {
      terminal.err().println("stitchflow: " + problem.getMessage());
      return ExitCode.STORE;
    }
    terminal.err().println(BugReport.tell(problem, parsed.originalArgs(), environment));
    return ExitCode.BUG;
  }
}
