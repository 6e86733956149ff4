package io.stitchflow.cli;

import io.stitchflow.artifacts.MissingBlobException;
import io.stitchflow.artifacts.StoreException;
import io.stitchflow.plan.InvalidExperimentException;
import io.stitchflow.transforms.ClusterException;
import io.stitchflow.transforms.StoreNotSharedException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
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
    CommandLine line = new CommandLine(new Stitchflow());
    Map<String, Supplier<Object>> commands = commands(terminal, environment);
    // Picocli reads what it is told of, and all commands are a good part of a short one's time
    Supplier<Object> named = args.length == 0 ? null : commands.get(args[0]);
    if (named == null) {
      commands.values().forEach(command -> line.addSubcommand(command.get()));
    } else {
      line.addSubcommand(named.get());
    }
    line.setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.color() ? Ansi.ON : Ansi.OFF))
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler((problem, given) -> misused(problem, terminal))
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> failed(problem, parsed, terminal, environment));
    return line.execute(args);
  }

  private static Map<String, Supplier<Object>> commands(
      Terminal terminal, Map<String, String> environment) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("run", () -> new RunCommand(terminal, environment));
    commands.put("plan", () -> new PlanCommand(terminal, environment));
    commands.put("watch", () -> new WatchCommand(terminal, environment));
    commands.put("why", () -> new WhyCommand(terminal, environment));
    commands.put("ls", () -> new LsCommand(terminal, environment));
    commands.put("show", () -> new ShowCommand(terminal, environment));
    commands.put("lineage", () -> new LineageCommand(terminal, environment));
    commands.put("export", () -> new ExportCommand(terminal, environment));
    commands.put("stats", () -> new StatsCommand(terminal, environment));
    commands.put("pin", () -> new PinCommand(terminal, environment));
    commands.put("unpin", () -> new UnpinCommand(terminal, environment));
    commands.put("gc", () -> new GcCommand(terminal, environment));
    commands.put("init-store", () -> new InitStoreCommand(terminal, environment));
    commands.put("verify", () -> new VerifyCommand(terminal, environment));
    return commands;
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
