package io.stitchflow.cli.command;

import io.stitchflow.cli.input.ExperimentOptions;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.input.StageName;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.inspect.Cause;
import io.stitchflow.inspect.Difference;
import io.stitchflow.inspect.Explanation;
import io.stitchflow.inspect.RecordDescriptions;
import io.stitchflow.inspect.StoreCatalog;
import io.stitchflow.inspect.Why;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code stitchflow why FILE [STAGE]}. */
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Explains why stages would run. Compares each stage with the most similar record in the store and traces inputs that differ to the first change. Computes nothing.",
      "Example: stitchflow why quickstart.textproto 'train a' --set network[0].seed=3"
    })
public final class WhyCommand extends StoreCommand {
  @Mixin private ExperimentOptions options = new ExperimentOptions();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "STAGE",
      description =
          "ID of one stage, or a part of it that is unique. Default: all stages that would run.")
  private String stage = "";

  public WhyCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    ValidExperiment valid = options.read();
    Store store = options.store(environment);
    PlanStatus survey = PlanStatus.of(Plans.of(valid, options, environment), new Memo(store));
    StoreCatalog catalog = StoreCatalog.read(store);
    StoreOption.warn(store, system);
    List<Explanation> all = Why.of(survey, catalog);
    List<Explanation> asked =
        stage.isEmpty() ? all : List.of(StageName.find(all, each -> each.stage().getId(), stage));
    if (options.json()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("experiment", valid.experiment().getName());
      json.put("stage", asked.stream().map(WhyCommand::json).toList());
      system.out().json(json);
      return ExitCode.DONE;
    }
    WhyText text = new WhyText(new RecordDescriptions(catalog));
    system.out().print(stage.isEmpty() ? text.of(all) : text.of(asked.get(0)));
    return ExitCode.DONE;
  }

  private static Map<String, Object> json(Explanation explanation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", explanation.stage().getId());
    json.put("kind", StageDefinition.of(explanation.stage()).name());
    json.put("state", explanation.state().name());
    json.put("note", explanation.note());
    if (explanation.nearest() != null) {
      json.put("compared_with", explanation.nearest().key().hex());
    }
    List<Object> differences = new ArrayList<>();
    for (Difference difference : explanation.differences()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("field", difference.field());
      if (difference.from() != null) {
        one.put("from", difference.from());
      }
      if (difference.to() != null) {
        one.put("to", difference.to());
      }
      one.put("because", difference.because().stream().map(Cause::toString).toList());
      differences.add(one);
    }
    json.put("difference", differences);
    return json;
  }
}
