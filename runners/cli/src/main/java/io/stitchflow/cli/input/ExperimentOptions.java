package io.stitchflow.cli.input;

import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.InvalidExperimentException;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command that takes an experiment is told. */
public final class ExperimentOptions {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The experiment, in protobuf text format.")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = {
        "Overrides a field of the experiment; may be given several times.",
        "network[0].seed=3, copy.solver=SGD, cut=[stem, layer1.0], dataset.cifar10.directory=DIR",
        "A path is relative to the working directory here, to the file in a file."
      })
  private List<String> sets = new ArrayList<>();

  @Mixin private StoreOption store = new StoreOption();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where report.html, answer.txt, cells.csv, cells.arrow, plots and run.json of the last run go. Default: stitchflow-out/NAME, NAME being the experiment's.")
  private @Nullable Path out;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "What computes: cpu (default) or cuda, as this machine has it, or what workers unlike it have, such as cuda-sm_90. Results depend on it, so it is in their keys.")
  private String device = "cpu";

  @Option(
      names = "--code-in-keys",
      description =
          "For who changes Stitchflow's code: keys hold the code that computes each stage, so that no result of other code is found. STITCHFLOW_CODE_IN_KEYS=1 does the same.")
  private boolean codeInKeys;

  @Option(
      names = "--json",
      description = "Ends with JSON on standard output; text for people goes to standard error.")
  private boolean json;

  public ValidExperiment read() throws InvalidExperimentException {
    return ExperimentFile.read(file, sets);
  }

  public Path file() {
    return file;
  }

  public List<String> sets() {
    return List.copyOf(sets);
  }

  String device() {
    return device;
  }

  boolean codeInKeys() {
    return codeInKeys;
  }

  public boolean json() {
    return json;
  }

  public Store store(Map<String, String> environment) throws IOException, InputException {
    return store.open(environment);
  }

  public Path out(String experiment) {
    return out != null ? out : Path.of("stitchflow-out", experiment);
  }
}
