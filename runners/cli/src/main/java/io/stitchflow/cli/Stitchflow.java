package io.stitchflow.cli;

import io.stitchflow.cli.command.ExportCommand;
import io.stitchflow.cli.command.GcCommand;
import io.stitchflow.cli.command.InitStoreCommand;
import io.stitchflow.cli.command.LineageCommand;
import io.stitchflow.cli.command.LsCommand;
import io.stitchflow.cli.command.NativeCache;
import io.stitchflow.cli.command.PinCommand;
import io.stitchflow.cli.command.PinsCommand;
import io.stitchflow.cli.command.PlanCommand;
import io.stitchflow.cli.command.RunsCommand;
import io.stitchflow.cli.command.ShowCommand;
import io.stitchflow.cli.command.StatsCommand;
import io.stitchflow.cli.command.UnpinCommand;
import io.stitchflow.cli.command.ValidateCommand;
import io.stitchflow.cli.command.VerifyCommand;
import io.stitchflow.cli.command.WhyCommand;
import io.stitchflow.cli.comparison.CompareCommand;
import io.stitchflow.cli.execution.ReportCommand;
import io.stitchflow.cli.execution.RunCommand;
import io.stitchflow.cli.execution.WatchCommand;
import io.stitchflow.cli.input.PathArgument;
import io.stitchflow.cli.input.ScalarArguments;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.setup.CompletionCommand;
import io.stitchflow.cli.setup.DoctorCommand;
import io.stitchflow.cli.setup.InitCommand;
import io.stitchflow.cli.setup.SetupCommand;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.IoReason;
import io.stitchflow.spec.Suggestion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code stitchflow} command. */
@Command(
    name = "stitchflow",
    description = "Runs model-stitching experiments and recomputes only what changed.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:a bug in Stitchflow, or a problem that doctor found",
      "2:invalid input: an option, the experiment or its data; a cluster that does not answer or has too few slots; or a limit of this machine",
      "3:the store or the output directory cannot be used, or a disk is full",
      "4:some stages failed; those that depend on them are skipped, all others finished",
      "130:interrupted by Ctrl-C (SIGINT); finished stages are kept",
      "143:ended by SIGTERM; finished stages are kept"
    })
public final class Stitchflow implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** Exits with one of the {@link ExitCode}s. */
  public static void main(String[] args) {
    // Libraries format under the default locale, and log to standard error
    Locale.setDefault(Locale.ROOT);
    Terminal terminal = Terminal.system(System.getenv());
    System.setErr(terminal.err().asStream());
    NativeCache.configure(System.getenv());
    int code = execute(terminal, System.getenv(), args);
    // Pools of libraries may still have threads
    System.exit(code);
  }

  /** Runs one command and returns its exit code. */
  static int execute(Terminal terminal, Map<String, String> environment, String... args) {
    try {
      int code = line(terminal, environment, args).execute(args);
      @Nullable IOException unwritten = terminal.out().failure();
      if (unwritten == null || IoReason.of(unwritten).contains("Broken pipe")) {
        return code;
      }
      terminal
          .err()
          .println("stitchflow: standard output cannot be written: " + IoReason.of(unwritten));
      return ExitCode.STORE;
    } catch (Error e) {
      return failed(e, terminal, environment, args);
    }
  }

  /** The parser of these arguments; executes nothing. */
  static CommandLine line(Terminal terminal, Map<String, String> environment, String... args) {
    CommandLine line = new CommandLine(new Stitchflow());
    Map<String, Supplier<Object>> commands = commands(terminal, environment);
    // Registering all commands takes a good part of a short command's time
    Supplier<Object> named = args.length == 0 ? null : commands.get(args[0]);
    if (named == null) {
      commands.values().forEach(command -> line.addSubcommand(command.get()));
      line.addSubcommand(new HelpCommand());
    } else {
      line.addSubcommand(named.get());
    }
    ScalarArguments.register(line);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        .registerConverter(Path.class, new PathArgument())
        .setOut(help(terminal.out()))
        .setErr(new PrintWriter(terminal.err().asStream(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.color() ? Ansi.ON : Ansi.OFF))
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler((problem, given) -> misused(problem, terminal))
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> failed(problem, terminal, environment, args));
  }

  /** Picocli's help, in its colours; it holds nothing that users gave. */
  private static PrintWriter help(Lines out) {
    return new PrintWriter(
        new StringWriter() {
          @Override
          public void flush() {
            out.printRaw(toString());
            getBuffer().setLength(0);
          }
        },
        true);
  }

  private static Map<String, Supplier<Object>> commands(
      Terminal terminal, Map<String, String> environment) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("run", () -> new RunCommand(terminal, environment));
    commands.put("plan", () -> new PlanCommand(terminal, environment));
    commands.put("validate", () -> new ValidateCommand(terminal, environment));
    commands.put("watch", () -> new WatchCommand(terminal, environment));
    commands.put("report", () -> new ReportCommand(terminal, environment));
    commands.put("why", () -> new WhyCommand(terminal, environment));
    commands.put("runs", () -> new RunsCommand(terminal, environment));
    commands.put("ls", () -> new LsCommand(terminal, environment));
    commands.put("show", () -> new ShowCommand(terminal, environment));
    commands.put("lineage", () -> new LineageCommand(terminal, environment));
    commands.put("export", () -> new ExportCommand(terminal, environment));
    commands.put("compare", () -> new CompareCommand(terminal, environment));
    commands.put("stats", () -> new StatsCommand(terminal, environment));
    commands.put("pin", () -> new PinCommand(terminal, environment));
    commands.put("pins", () -> new PinsCommand(terminal, environment));
    commands.put("unpin", () -> new UnpinCommand(terminal, environment));
    commands.put("gc", () -> new GcCommand(terminal, environment));
    commands.put("init", () -> new InitCommand(terminal));
    commands.put("init-store", () -> new InitStoreCommand(terminal, environment));
    commands.put("setup", () -> new SetupCommand(terminal, environment));
    commands.put("doctor", () -> new DoctorCommand(terminal, environment));
    commands.put("verify", () -> new VerifyCommand(terminal, environment));
    commands.put(
        "completion", () -> new CompletionCommand(terminal, () -> line(terminal, environment)));
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
    terminal.err().println("stitchflow: " + words(problem));
    terminal.err().println("See " + command + " --help.");
    return ExitCode.INPUT;
  }

  /** {@code there is no command 'plam'; did you mean plan?} */
  private static String words(ParameterException problem) {
    String message = String.valueOf(problem.getMessage());
    if (!(problem instanceof UnmatchedArgumentException unmatched)) {
      return message;
    }
    String first = unmatched.getUnmatched().get(0);
    CommandLine line = problem.getCommandLine();
    if (line.getParent() == null && !first.startsWith("-")) {
      String nearest = Suggestion.nearest(first, line.getSubcommands().keySet());
      return "there is no command '"
          + first
          + "'"
          + (nearest.isEmpty() ? "" : "; did you mean " + nearest + "?");
    }
    List<String> similar = unmatched.getSuggestions();
    return similar.isEmpty()
        ? message
        : message + "; did you mean " + String.join(" or ", similar) + "?";
  }

  private static int failed(
      Throwable problem, Terminal terminal, Map<String, String> environment, String... args) {
    @Nullable FailureReport failure =
        FailureReport.of(problem, StoreOption.place(environment, args));
    if (failure != null) {
      failure.lines().forEach(terminal.err()::println);
      return failure.exitCode();
    }
    terminal.err().print(BugReport.tell(problem, List.of(args), environment));
    return ExitCode.BUG;
  }
}
