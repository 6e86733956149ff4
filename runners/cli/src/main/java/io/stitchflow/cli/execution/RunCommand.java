package io.stitchflow.cli.execution;

import io.stitchflow.cli.command.StoreCommand;
import io.stitchflow.cli.input.DatasetDownload;
import io.stitchflow.cli.input.ExperimentOptions;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.input.RunnerOptions;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.progress.DiskSpace;
import io.stitchflow.cli.progress.EventLog;
import io.stitchflow.cli.progress.FinishedStages;
import io.stitchflow.cli.progress.Interruption;
import io.stitchflow.cli.progress.OutDirectory;
import io.stitchflow.cli.progress.RunDisplay;
import io.stitchflow.cli.progress.RunSummary;
import io.stitchflow.cli.progress.StageResults;
import io.stitchflow.cli.text.Clock;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.RemainingWork;
import io.stitchflow.run.RunFiles;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stitchflow run FILE}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description =
        "Runs an experiment: computes the stages that are not in the store, then writes the report.")
public final class RunCommand extends StoreCommand {
  @Mixin private ExperimentOptions options = new ExperimentOptions();
  @Mixin private RunnerOptions runner = new RunnerOptions();

  @Option(
      names = DiskSpace.IGNORE,
      description =
          "Runs even if the estimated output does not fit on the store's disk. Without this option such a run exits with code 3 before it starts.")
  private boolean ignoreDiskSpace;

  @Option(
      names = OutDirectory.FORCE,
      description =
          "Overwrites the report of another experiment, or of this one with other fields, in --out.")
  private boolean force;

  @Mixin private ProgressOptions progress = new ProgressOptions();

  public RunCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    Clock clock = Clock.start();
    runner.check();
    progress.check(options.json(), runner.detach());
    Terminal terminal = progress.text(system, options.json());
    CachedRuns cached = new CachedRuns(options, environment, Instant::now);
    CachedRuns.@Nullable Found found = isOrdinary() ? cached.find(force) : null;
    if (found != null && writeAgain(found, terminal, clock)) {
      return ExitCode.DONE;
    }
    ValidExperiment valid = options.read();
    Plan planned = runner.applyTo(Plans.of(valid, options, environment));
    OutDirectory out = OutDirectory.of(valid.experiment(), options.out(), force, terminal.err());
    Store store = options.store(environment);
    out.checkIsOutside(store.root());
    Plan plan = Plans.in(store, valid, planned);
    PlanStatus survey = PlanStatus.of(plan, new Memo(store));
    StoreOption.warn(store, terminal);
    if (!ignoreDiskSpace && (runner.isDirect() || store.remoteStore() == null)) {
      DiskSpace.of(store, RemainingWork.of(survey)).check();
    }
    Run run =
        Run.newBuilder()
            .setExperiment(valid.experiment())
            .setPlan(plan)
            .setOut(out.path("").toAbsolutePath().toString())
            .setMaster(runner.master())
            .build();
    try (EventLog log = progress.open(system.out(), terminal.err())) {
      log.begin(valid.experiment().getName(), survey);
      return run(new Started(run, survey, store, terminal, log), out, clock, cached);
    }
  }

  /** Whether no option asks for more than a report and its summary. */
  private boolean isOrdinary() {
    return runner.isDefault() && !progress.hasEvents() && !options.noPrograms();
  }

  /** False if the run has to be planned after all, which explains why. */
  private boolean writeAgain(CachedRuns.Found found, Terminal terminal, Clock clock)
      throws IOException {
    try {
      RunFiles.at(found.store(), found.run().getRun()).renew();
    } catch (IOException e) {
      return false;
    }
    return new RunSummary(system, terminal, options.json(), EventLog.none(terminal.err()))
        .writeAgain(
            found.run(), found.described(), found.store(), found.out(), clock, circumstances());
  }

  private Map<String, Object> circumstances() {
    Map<String, Object> circumstances = options.circumstances();
    circumstances.put("runner", runner.name());
    return circumstances;
  }

  /** A run, and where it tells what. */
  private record Started(
      Run run, PlanStatus survey, Store store, Terminal terminal, EventLog events) {
    void tellUnsent() throws IOException {
      int sent = new ActionCache(store).sendUnsent();
      if (sent > 0) {
        terminal
            .err()
            .printf(
                Locale.ROOT,
                "stitchflow: %s: uploaded %d results that earlier uploads had failed to store%n",
                store.location(),
                sent);
      }
    }
  }

  private int run(Started started, OutDirectory out, Clock clock, CachedRuns cached)
      throws Exception {
    @Nullable Computed computed = compute(started);
    if (computed == null) {
      return ExitCode.DONE;
    }
    Run run = started.run();
    Store store = started.store();
    StageResults results =
        IncompleteReport.ofWhatWasCompared(
            run.getPlan(),
            StageResults.of(run.getPlan(), started.survey(), computed.results()),
            store);
    started.tellUnsent();
    new FinishedStages(store, run, computed.job()).keep(results, started.terminal().err());
    int code =
        new RunSummary(system, started.terminal(), options.json(), started.events())
            .write(run, results, store, out, clock, circumstances());
    if (isOrdinary()) {
      cached.keep(run, started.survey(), results, store, out);
    }
    return code;
  }

  /**
   * StageResults of what the survey does not know.
   *
   * @param job the run's id on a cluster, or null where it was in one process
   */
  private record Computed(@Nullable String job, List<StageResult> results) {}

  /** Null where the run goes on without us. */
  private @Nullable Computed compute(Started started) throws Exception {
    PlanStatus survey = started.survey();
    if (survey.complete()) {
      if (!runner.isDirect()) {
        progress
            .shown(started.terminal())
            .err()
            .println(
                "stitchflow: all "
                    + survey.stages().size()
                    + " stages are in the store; the cluster was not used");
      }
      return new Computed(null, List.of());
    }
    SnappyLibrary.prepare(environment); // before anything else is made
    if (runner.isDirect() || runner.isEmbedded()) {
      CudaLibraries.prepare(started.run().getPlan(), environment);
    }
    if (!runner.isDirect()) {
      return onCluster(started);
    }
    Run run = started.run();
    Terminal terminal = started.terminal();
    DatasetDownload.ifNeeded(
        run.getExperiment(), survey, environment, progress.shown(started.terminal()));
    started.store().checkWritable();
    int lanes = Runtime.getRuntime().availableProcessors();
    try (RunDisplay watched = display(started, lanes);
        Interruption interruption = Interruption.of(watched, terminal.err())) {
      List<StageResult> ran =
          DirectRun.run(run, survey, started.store(), lanes, watched.listener());
      interruption.check();
      return new Computed(null, ran);
    }
  }

  private RunDisplay display(Started started, int lanes) {
    return RunDisplay.start(started.survey(), lanes, progress.shown(started.terminal()))
        .telling(started.events());
  }

  private @Nullable Computed onCluster(Started started) throws Exception {
    Run run = started.run();
    Store store = started.store();
    Terminal terminal = started.terminal();
    PlanStatus survey = started.survey();
    Cluster cluster = runner.cluster();
    RunFiles.checkShareable(store);
    int slots = cluster.slots(runner.master(), runner.parallelism());
    DatasetDownload.ifNeeded(
        run.getExperiment(), survey, environment, progress.shown(started.terminal()));
    store.checkWritable();
    try (RunDisplay watched = display(started, slots);
        Interruption interruption = Interruption.of(watched, terminal.err())) {
      List<StageResult> results =
          new ArrayList<>(ClusterRun.importHere(run.getPlan(), survey, store, watched.listener()));
      PlanStatus left = PlanStatus.of(run.getPlan(), new Memo(store));
      Run submitted = run.toBuilder().setSlots(slots).build();
      try (Cluster.Job job = cluster.submit(submitted, left, store)) {
        if (runner.detach()) {
          detached(job, run, store, terminal);
          return null;
        }
        if (!runner.isEmbedded()) {
          interruption.cancels(job);
        }
        try {
          results.addAll(ClusterRun.await(job, run.getPlan(), left, store, watched.listener()));
        } finally {
          interruption.check();
        }
        return new Computed(job.id(), results);
      }
    }
  }

  private void detached(Cluster.Job job, Run run, Store store, Terminal terminal) {
    terminal
        .out()
        .println(
            "submitted run "
                + job.id()
                + "; follow it with: stitchflow watch "
                + job.id()
                + " --store "
                + StoreOption.quoted(store));
    if (options.json()) {
      Map<String, Object> summary = new LinkedHashMap<>();
      summary.put("experiment", run.getExperiment().getName());
      summary.put("run", job.id());
      summary.put("master", run.getMaster());
      summary.put("store", store.location());
      system.out().json(summary);
    }
  }
}
