package io.stitchflow.cli.execution;

import io.stitchflow.cli.command.StoreCommand;
import io.stitchflow.cli.input.ExperimentOptions;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.progress.EventLog;
import io.stitchflow.cli.progress.OutDirectory;
import io.stitchflow.cli.progress.RunSummary;
import io.stitchflow.cli.progress.StageResults;
import io.stitchflow.cli.text.Clock;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stitchflow report FILE}. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Writes the report of what is in the store. Computes nothing else, so it also reports a run that was interrupted, goes on elsewhere, or whose output directory was deleted.",
      "Where cells have no result yet the report says how many."
    })
public final class ReportCommand extends StoreCommand {
  @Mixin private ExperimentOptions options = new ExperimentOptions();

  @Option(
      names = OutDirectory.FORCE,
      description =
          "Overwrites the report of another experiment, or of this one with other fields, in --out.")
  private boolean force;

  public ReportCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    Clock clock = Clock.start();
    Terminal terminal = options.json() ? system.peopleOnErr() : system;
    ValidExperiment valid = options.read();
    OutDirectory out = OutDirectory.of(valid.experiment(), options.out(), force, terminal.err());
    Store store = options.store(environment);
    out.checkIsOutside(store.root());
    Plan plan = Plans.in(store, valid, Plans.of(valid, options, environment));
    PlanStatus survey = PlanStatus.of(plan, new Memo(store));
    StoreOption.warn(store, terminal);
    StageResults results =
        IncompleteReport.ofWhatIsStored(plan, StageResults.stored(plan, survey), store);
    Run run = Run.newBuilder().setExperiment(valid.experiment()).setPlan(plan).build();
    return new RunSummary(system, terminal, options.json(), EventLog.none(terminal.err()))
        .write(run, results, store, out, clock, options.circumstances());
  }
}
