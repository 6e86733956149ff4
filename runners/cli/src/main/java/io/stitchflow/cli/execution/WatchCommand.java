package io.stitchflow.cli.execution;

import io.stitchflow.cli.command.StoreCommand;
import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.RunnerOptions;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.progress.EventLog;
import io.stitchflow.cli.progress.FinishedStages;
import io.stitchflow.cli.progress.OutDirectory;
import io.stitchflow.cli.progress.RunDisplay;
import io.stitchflow.cli.progress.RunSummary;
import io.stitchflow.cli.progress.StageResults;
import io.stitchflow.cli.text.Clock;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.Store;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stitchflow watch ID}. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Follows a cluster run until it ends, then writes the report, like 'run'.",
      "Ctrl-C stops watching; the run continues. --cancel stops the run."
    })
public final class WatchCommand extends StoreCommand {
  @Parameters(paramLabel = "ID", description = "The ID printed by 'run --detach'.")
  private String id = "";

  @Mixin private StoreOption storeOption = new StoreOption();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Directory of the report. Default: the --out of 'run'.")
  private @Nullable Path out;

  @Option(
      names = OutDirectory.FORCE,
      description = "Overwrites the report of another experiment in --out.")
  private boolean force;

  @Option(names = "--cancel", description = "Cancels the run; results published so far are kept.")
  private boolean cancel;

  @Option(
      names = "--json",
      description = "Prints the result as JSON on standard output; messages go to standard error.")
  private boolean json;

  @Mixin private ProgressOptions progress = new ProgressOptions();

  public WatchCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    Clock clock = Clock.start();
    progress.check(json, false);
    Terminal terminal = progress.text(system, json);
    Store store = storeOption.open(environment);
    Run run = read(store);
    Path named = out == null ? Path.of(run.getOut()) : out;
    OutDirectory directory = OutDirectory.of(run.getExperiment(), named, force, terminal.err());
    PlanStatus survey = PlanStatus.of(run.getPlan(), new Memo(store));
    try (EventLog log = progress.open(system.out(), terminal.err())) {
      log.begin(run.getExperiment().getName(), survey);
      StageResults results = await(new Watched(run, survey, store, terminal, log));
      Map<String, Object> circumstances = new LinkedHashMap<>();
      circumstances.put("run", id);
      return new RunSummary(system, terminal, json, log)
          .write(run, results, store, directory, clock, circumstances);
    }
  }

  private record Watched(
      Run run, PlanStatus survey, Store store, Terminal terminal, EventLog events) {}

  private StageResults await(Watched watched) throws Exception {
    Run run = watched.run();
    Store store = watched.store();
    PlanStatus survey = watched.survey();
    List<StageResult> ran;
    try (Cluster.Job job = RunnerOptions.cluster("flink").attach(id, run, store)) {
      if (cancel) {
        job.cancel();
      }
      try (RunDisplay display =
          RunDisplay.start(survey, Math.max(1, run.getSlots()), progress.shown(watched.terminal()))
              .telling(watched.events())) {
        ran =
            ClusterRun.results(
                job.await(display.listener()),
                run.getPlan(),
                survey,
                PlanStatus.of(run.getPlan(), new Memo(store)));
      }
    }
    StageResults results =
        IncompleteReport.ofWhatWasCompared(
            run.getPlan(), StageResults.of(run.getPlan(), survey, ran), store);
    new FinishedStages(store, run, id).keep(results, watched.terminal().err());
    return results;
  }

  private Run read(Store store) throws IOException, InputException {
    try {
      Run run = RunFiles.at(store, id).read();
      if (run.getMaster().isEmpty()) {
        throw new InputException(
            "run " + id + " was in one process and ended with it; there is nothing to watch");
      }
      return run;
    } catch (IllegalArgumentException e) {
      throw new InputException(e.getMessage() + "; 'run --detach' tells it");
    } catch (NoSuchFileException e) {
      throw new InputException(
          store.location()
              + ": has no run "
              + id
              + "; name the store that it was started with, by --store");
    }
  }
}
