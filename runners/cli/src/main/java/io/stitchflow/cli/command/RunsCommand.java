package io.stitchflow.cli.command;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.progress.RunEntry;
import io.stitchflow.cli.progress.RunRecord;
import io.stitchflow.cli.text.Columns;
import io.stitchflow.cli.text.Durations;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stitchflow runs} and {@code stitchflow runs show ID}. */
@Command(
    name = "runs",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Lists the runs that the store has recorded, the newest first.",
      "A repeated run on this machine replaces its entry. done: all stages have results. failed: some have none. unfinished: the run continues, or was interrupted."
    },
    footerHeading = "%nExample:%n",
    footer = {"  stitchflow runs show 3f9a1c", "shows the run whose ID starts with 3f9a1c."})
public final class RunsCommand extends StoreCommand {
  private static final int SHOWN_DIGITS = 8;
  private static final int MOST_FAILED = 20;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public RunsCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    Store store = storeOption.open(environment);
    List<RunEntry> runs = RunEntry.all(store);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("store", store.root().toString());
    result.put("run", runs.stream().map(RunEntry::json).toList());
    json.print(system, runs.isEmpty() ? none(store) : table(runs), result);
    return ExitCode.DONE;
  }

  private static String none(Store store) {
    return store.root() + ": has 0 recorded runs; 'stitchflow run FILE' records one\n";
  }

  private static String table(List<RunEntry> runs) {
    Instant now = Instant.now();
    Columns columns = new Columns("lrlrrrrll");
    columns.add("run", "age", "state", "cached", "ran", "failed", "took", "experiment", "out");
    for (RunEntry run : runs) {
      columns.add(
          run.id().substring(0, SHOWN_DIGITS),
          age(run, now),
          run.state().word(),
          Long.toString(run.count(Outcome.HIT)),
          Long.toString(run.count(Outcome.RAN)),
          Long.toString(run.count(Outcome.FAILED)),
          Durations.words(run.seconds(Outcome.RAN)),
          run.experiment(),
          run.run().getOut());
    }
    return columns.text("");
  }

  private static String age(RunEntry run, Instant now) {
    return Durations.age(Duration.between(run.time(), now).toMillis() / 1000.0);
  }

  /** {@code stitchflow runs show ID}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      versionProvider = Versions.class,
      description =
          "Shows one run: its experiment, its stages by kind, and the stages that failed.")
  int show(
      @Parameters(
              paramLabel = "ID",
              description = "The run's ID, or a prefix of at least 6 digits; 'runs' lists them.")
          String id,
      @Mixin StoreOption storeOption,
      @Mixin JsonOption json)
      throws Exception {
    if (!spec.commandLine().getParseResult().matchedOptions().isEmpty()) {
      throw new InputException("runs: options stand after 'show', as in 'runs show ID --json'");
    }
    Store store = storeOption.open(environment);
    RunEntry run = RunEntry.find(store, id);
    Map<String, Object> result = new LinkedHashMap<>(run.json());
    result.put("kind", kinds(run).stream().map(Kind::json).toList());
    result.put(
        "failed",
        failed(run).stream()
            .map(each -> Map.of("stage", each.getStage(), "message", each.getMessage()))
            .toList());
    json.print(system, text(run), result);
    return ExitCode.DONE;
  }

  /** Stages of one kind in a run. */
  private record Kind(String name, Map<Outcome, Integer> outcomes, double seconds) {
    String count(Outcome outcome) {
      return Integer.toString(outcomes.getOrDefault(outcome, 0));
    }

    Kind with(StageResult result) {
      Map<Outcome, Integer> counted = new HashMap<>(outcomes);
      counted.merge(result.getOutcome(), 1, Integer::sum);
      boolean ran = result.getOutcome() == Outcome.RAN;
      return new Kind(name, counted, seconds + (ran ? result.getResult().getSeconds() : 0));
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("stage", name);
      for (Outcome outcome : List.of(Outcome.HIT, Outcome.RAN, Outcome.FAILED, Outcome.SKIPPED)) {
        json.put(outcome.name().toLowerCase(Locale.ROOT), outcomes.getOrDefault(outcome, 0));
      }
      json.put("seconds", RunRecord.rounded(seconds));
      return json;
    }
  }

  /** In the order of the plan. */
  private static List<Kind> kinds(RunEntry run) {
    Map<String, StageResult> results = new HashMap<>();
    run.results().forEach(result -> results.put(result.getStage(), result));
    Map<String, Kind> kinds = new LinkedHashMap<>();
    for (Stage stage : run.run().getPlan().getStageList()) {
      @Nullable StageDefinition definition = StageDefinition.find(stage.getAction());
      String name = definition == null ? "?" : definition.name();
      Kind kind = kinds.getOrDefault(name, new Kind(name, Map.of(), 0));
      @Nullable StageResult result = results.get(stage.getId());
      kinds.put(name, result == null ? kind : kind.with(result));
    }
    return new ArrayList<>(kinds.values());
  }

  private static List<StageResult> failed(RunEntry run) {
    return run.results().stream().filter(result -> result.getOutcome() == Outcome.FAILED).toList();
  }

  private static String text(RunEntry run) {
    Columns fields = new Columns("ll");
    fields.add("run", run.id());
    fields.add("experiment", run.experiment());
    fields.add("state", run.state().word());
    fields.add("time", run.time().truncatedTo(ChronoUnit.SECONDS).toString());
    fields.add("out", run.run().getOut());
    String master = run.run().getMaster();
    fields.add("runner", master.isEmpty() ? "direct" : "flink, " + master);
    fields.add("took", Durations.words(run.seconds(Outcome.RAN)) + " of computing");
    fields.add("saved", Durations.words(run.seconds(Outcome.HIT)) + " by cache hits");
    Columns stages = new Columns("lrrrrr");
    stages.add("stage", "cached", "ran", "failed", "skipped", "took");
    for (Kind kind : kinds(run)) {
      stages.add(
          kind.name(),
          kind.count(Outcome.HIT),
          kind.count(Outcome.RAN),
          kind.count(Outcome.FAILED),
          kind.count(Outcome.SKIPPED),
          Durations.words(kind.seconds()));
    }
    StringBuilder text = new StringBuilder(fields.text("")).append(stages.text("  "));
    List<StageResult> failed = failed(run);
    failed.stream()
        .limit(MOST_FAILED)
        .map(each -> "failed: " + each.getStage() + ": " + each.getMessage() + "\n")
        .forEach(text::append);
    if (failed.size() > MOST_FAILED) {
      text.append("failed: and ").append(failed.size() - MOST_FAILED).append(" more\n");
    }
    return text.toString();
  }
}
