package io.stitchflow.cli.command;

import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stitchflow validate FILE}. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Checks an experiment file and the files that it names, as 'plan' does. Reads no store and computes nothing.",
      "Prints one line with the experiment's networks, pairs, conditions and cells; or all errors, as 'run' prints them, with exit code 2."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  stitchflow validate e.textproto --set network[0].width=16",
      "checks the experiment with that width."
    })
public final class ValidateCommand extends StoreCommand {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The experiment file, in protobuf text format.")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Overrides a field of the experiment, as in 'run'; repeatable.")
  private List<String> sets = new ArrayList<>();

  @Mixin private JsonOption json = new JsonOption();

  public ValidateCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    ValidExperiment valid = ExperimentFile.read(file, sets);
    // The device changes keys only
    Plan plan = Plans.of(valid, "cpu", environment);
    json.print(system, text(valid.experiment(), cells(plan)), json(valid.experiment(), plan));
    return ExitCode.DONE;
  }

  /** Comparisons of a vanilla stitch with a copy stitch. */
  private static int cells(Plan plan) {
    return plan.getStageList().stream()
        .mapToInt(stage -> stage.getAction().getWriteReport().getCellCount())
        .sum();
  }

  private String text(Experiment experiment, int cells) {
    return String.format(
        Locale.ROOT,
        "%s: valid: %s: %s, %s, %s, %s%n",
        file,
        experiment.getName(),
        count(experiment.getNetworkCount(), "network"),
        count(experiment.getPairCount(), "pair"),
        count(experiment.getConditionCount(), "condition"),
        count(cells, "cell"));
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private Map<String, Object> json(Experiment experiment, Plan plan) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("experiment", experiment.getName());
    result.put("network", experiment.getNetworkList().stream().map(Network::getName).toList());
    result.put("pairs", experiment.getPairCount());
    result.put("condition", experiment.getConditionList().stream().map(Enum::name).toList());
    result.put("cells", cells(plan));
    result.put("stages", plan.getStageCount());
    return result;
  }
}
