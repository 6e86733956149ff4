package io.stitchflow.cli.setup;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.RunnerOptions;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.setup.Check.State;
import io.stitchflow.cli.text.Columns;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.IoReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stitchflow doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Checks whether this machine can run experiments. Prints one line for each check: ok, note or problem, and what to do.",
      "Loads libtorch, which is unpacked into the cache of native libraries at first use. Leaves no other files.",
      "Exit code 1 if there is a problem."
    })
public final class DoctorCommand implements Callable<Integer> {
  private final Terminal system;
  private final Map<String, String> environment;

  @Mixin private StoreOption storeOption = new StoreOption();

  @Option(
      names = "--flink-master",
      paramLabel = "HOST:PORT",
      description = "Also checks that a JobManager accepts connections at this REST address.")
  private String master = "";

  @Mixin private JsonOption json = new JsonOption();

  public DoctorCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  @Override
  public Integer call() throws InputException {
    if (!master.isEmpty()) {
      RunnerOptions.checkMaster(master);
    }
    List<Check> checks = checks();
    long problems = count(checks, State.PROBLEM);
    long notes = count(checks, State.NOTE);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("problems", problems);
    result.put("notes", notes);
    result.put("check", checks.stream().map(Check::json).toList());
    Columns columns = new Columns("lll");
    checks.forEach(check -> columns.add(check.state().word(), check.name(), check.text()));
    String totals = counted(problems, "problem") + ", " + counted(notes, "note") + "\n";
    json.print(system, columns.text("") + totals, result);
    return problems == 0 ? ExitCode.DONE : ExitCode.PROBLEM;
  }

  private List<Check> checks() throws InputException {
    List<Check> checks = new ArrayList<>();
    checks.add(MachineChecks.java(Runtime.version(), System.getProperty("java.home", "")));
    checks.add(Check.of("memory", MachineChecks::memory));
    Check cache = Check.of("native cache", () -> PlaceChecks.nativeCache(environment));
    checks.add(cache);
    checks.add(
        cache.state() == State.PROBLEM
            ? Check.problem("libtorch", "not loaded, because of the native cache")
            : Check.of("libtorch", MachineChecks::libtorch));
    checks.add(Check.of("gpu", () -> MachineChecks.gpu(environment)));
    checks.addAll(store());
    Path temporary = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    checks.add(Check.of("temporary", () -> MachineChecks.temporary(temporary)));
    checks.add(MachineChecks.locale(System.getProperty("sun.jnu.encoding", "UTF-8")));
    checks.add(MachineChecks.terminal(system));
    if (!master.isEmpty()) {
      checks.add(PlaceChecks.cluster(master));
    }
    return checks;
  }

  private List<Check> store() throws InputException {
    try {
      return PlaceChecks.store(storeOption, environment);
    } catch (IOException e) {
      return List.of(Check.problem("store", IoReason.withFile(e)));
    }
  }

  private static long count(List<Check> checks, State state) {
    return checks.stream().filter(check -> check.state() == state).count();
  }

  private static String counted(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
