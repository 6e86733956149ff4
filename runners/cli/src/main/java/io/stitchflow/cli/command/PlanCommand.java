package io.stitchflow.cli.command;

import io.stitchflow.cli.input.ExperimentOptions;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.progress.DiskSpace;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.inspect.Explanation;
import io.stitchflow.inspect.StoreCatalog;
import io.stitchflow.inspect.Why;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.PlanStatus.StageStatus;
import io.stitchflow.plan.PlanStatus.State;
import io.stitchflow.plan.RemainingWork;
import io.stitchflow.plan.TimeEstimator;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stitchflow plan FILE}. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Shows what a run would compute, and why. Computes nothing.",
      "HIT: in the store. RUN: not in the store, inputs are ready. WAIT: not known yet, inputs must be computed first.",
      "The last lines are estimates: run time with one lane per core, based on the recorded times of stages in the store; floating-point operations, two per multiply-accumulate; and disk space."
    })
public final class PlanCommand extends StoreCommand {
  @Mixin private ExperimentOptions options = new ExperimentOptions();

  public PlanCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    ValidExperiment valid = options.read();
    Store store = options.store(environment);
    Plan plan = Plans.in(store, valid, Plans.of(valid, options, environment));
    PlanStatus survey = PlanStatus.of(plan, new Memo(store));
    StoreOption.warn(store, options.json() ? system.peopleOnErr() : system);
    TimeEstimator estimator = Plans.estimator(survey, Runtime.getRuntime().availableProcessors());
    DiskSpace disk = DiskSpace.of(store, RemainingWork.of(survey));
    PlanTable table =
        PlanTable.of(valid.experiment().getName(), explained(survey, store), estimator, disk);
    (options.json() ? system.peopleOnErr() : system).out().print(table.text());
    if (options.json()) {
      system.out().json(table.json());
    }
    return ExitCode.DONE;
  }

  /** With the fields that make ready stages run, as far as the store has results like theirs. */
  private static List<StageStatus> explained(PlanStatus survey, Store store) throws IOException {
    if (survey.stages().stream().noneMatch(PlanCommand::isReady)) {
      return survey.stages();
    }
    List<StageStatus> explained = new ArrayList<>();
    for (Explanation explanation : Why.of(survey, StoreCatalog.read(store))) {
      StageStatus status = survey.stages().get(explained.size());
      boolean says = isReady(status) && !explanation.differences().isEmpty();
      explained.add(says ? status.because(WhyText.causes(explanation)) : status);
    }
    return explained;
  }

  private static boolean isReady(StageStatus status) {
    return status.state() == State.RUN;
  }
}
