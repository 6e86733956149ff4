package io.stitchflow.cli;

import io.stitchflow.artifacts.Memo;
import io.stitchflow.artifacts.Store;
import io.stitchflow.plan.Survey;
import io.stitchflow.plan.ValidExperiment;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.StageResult;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stitchflow run FILE}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description =
        "Runs an experiment: computes what the store does not have, and writes the report.")
final class RunCommand implements Callable<Integer> {
  private static final int MOST_NAMED = 20;

  private final Terminal system;
  private final Map<String, String> environment;
  @Mixin private ExperimentOptions options = new ExperimentOptions();

  RunCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    long startNanos = System.nanoTime();
    Terminal terminal = options.json() ? system.peopleOnErr() : system;
    ValidExperiment valid = options.read();
    String name = valid.experiment().getName();
    OutDirectory out = OutDirectory.at(options.out(name));
    Path root = options.store(environment);
    Store store = Store.open(root);
    int lanes = Runtime.getRuntime().availableProcessors();

    Plan plan = Plans.of(valid);
    Survey survey = Survey.of(plan, new Memo(store));
    List<StageResult> ran =
        survey.complete() ? List.of() : compute(plan, survey, root, lanes, terminal);
    Results results = Results.of(plan, survey, ran);

    StageResult report = results.report();
    @Nullable Path page = report == null ? null : out.path("report.html");
    if (report != null) {
      out.copy(report, store);
      terminal
          .out()
          .print(Matrices.of(out.path("cells.csv"), valid.experiment(), terminal.color()));
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    RunRecord record = new RunRecord(name, out.path(""), page, results, seconds);
    Map<String, Object> circumstances = new LinkedHashMap<>();
    circumstances.put("file", options.file().toString());
    circumstances.put("set", options.sets());
    circumstances.put("store", root.toString());
    circumstances.put("started", start.toString());
    circumstances.put("lanes", lanes);
    out.write("run.json", Json.pretty(record.full(circumstances)));

    summarize(record, terminal.out());
    if (options.json()) {
      system.out().println(Json.line(record.summary()));
    }
    return results.count(Outcome.FAILED) > 0 ? ExitCode.SOME_STAGES_FAILED : ExitCode.DONE;
  }

  private static List<StageResult> compute(
      Plan plan, Survey survey, Path store, int lanes, Terminal terminal) throws Exception {
    Progress progress = new Progress(survey, Plans.estimator(survey, lanes), System::nanoTime);
    Display display =
        terminal.errIsLive()
            ? new LiveDisplay(terminal.err(), terminal.columns())
            : new PlainDisplay(terminal.err(), System::nanoTime);
    Ticker ticker = Ticker.start(progress, display);
    try {
      return DirectRun.run(plan, survey, store, lanes, progress);
    } finally {
      ticker.close();
    }
  }

  private static void summarize(RunRecord record, PrintStream out) {
    Results results = record.results();
    List<StageResult> failed = results.with(Outcome.FAILED);
    List<StageResult> skipped = results.with(Outcome.SKIPPED);
    name(out, "failed", failed);
    name(out, "skipped", skipped);
    out.printf(
        "%s: %d stages ran, %d cached%s in %s; %s saved%n",
        record.experiment(),
        results.count(Outcome.RAN),
        results.count(Outcome.HIT),
        failed.isEmpty() ? "" : ", " + failed.size() + " failed, " + skipped.size() + " skipped",
        Durations.words(record.seconds()),
        Durations.words(results.seconds(Outcome.HIT)));
    out.println(
        record.report() == null
            ? "no report, since stages failed; details: " + record.out().resolve("run.json")
            : "report: " + record.report());
  }

  private static void name(PrintStream out, String what, List<StageResult> results) {
    for (StageResult result : results.subList(0, Math.min(MOST_NAMED, results.size()))) {
      out.println(what + ": " + result.getStage() + ": " + result.getMessage());
    }
    if (results.size() > MOST_NAMED) {
      out.println(what + ": and " + (results.size() - MOST_NAMED) + " more");
    }
  }
}
