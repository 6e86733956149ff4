package io.stitchflow.cli.input;

import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.InvalidExperimentException;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of all commands that read an experiment file. */
public final class ExperimentOptions {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The experiment file, in protobuf text format.")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = {
        "Overrides a field of the experiment; repeatable.",
        "network[0].seed=3, copy.solver=SGD, cut=[stem, layer1.0], dataset.cifar10.directory=DIR",
        "Paths are relative to the working directory (in the file: to the file)."
      })
  private List<String> sets = new ArrayList<>();

  @Mixin private StoreOption store = new StoreOption();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Output directory of report.html, answer.txt, cells.csv, cells.arrow, plots and run.json. Default: stitchflow-out/NAME, where NAME is the experiment's name; stitchflow-out/NAME-DIGEST if that has the report of another variant.")
  private @Nullable Path out;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "Compute device: cpu (default), cuda (the GPU of this machine), or the device of remote workers, such as cuda-sm_90. Part of the keys, because results depend on it.")
  private String device = "cpu";

  @Option(
      names = "--no-programs",
      description =
          "Refuses an experiment with a network that is a TorchScript program, which could do anything that you can do on this machine.")
  private boolean noPrograms;

  @Option(
      names = "--code-in-keys",
      description =
          "For Stitchflow developers: adds the hash of each stage's code to its key, so that results of other code are cache misses. Same as STITCHFLOW_CODE_IN_KEYS=1.")
  private boolean codeInKeys;

  @Option(
      names = "--json",
      description = "Prints the result as JSON on standard output; messages go to standard error.")
  private boolean json;

  public ValidExperiment read() throws InvalidExperimentException, InputException {
    ValidExperiment valid = ExperimentFile.read(file, sets);
    if (noPrograms) {
      refusePrograms(valid);
    }
    return valid;
  }

  private void refusePrograms(ValidExperiment valid) throws InputException {
    List<String> refused =
        valid.experiment().getNetworkList().stream()
            .filter(Network::hasProgram)
            .map(
                network ->
                    file
                        + ": network '"
                        + network.getName()
                        + "' is a TorchScript program, which --no-programs refuses; drop the option if you trust the program's files")
            .toList();
    if (!refused.isEmpty()) {
      throw new InputException(String.join("\n", refused));
    }
  }

  /** What {@code run.json} says of these options. */
  public Map<String, Object> circumstances() {
    Map<String, Object> circumstances = new LinkedHashMap<>();
    circumstances.put("file", file.toString());
    circumstances.put("set", List.copyOf(sets));
    return circumstances;
  }

  /** The experiment file, absolute. */
  public Path file() {
    return file.toAbsolutePath().normalize();
  }

  public List<String> sets() {
    return List.copyOf(sets);
  }

  public boolean noPrograms() {
    return noPrograms;
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

  /** Like {@link #store}, or null for a remote store, of which nothing is asked. */
  public @Nullable Store directory(Map<String, String> environment)
      throws IOException, InputException {
    return store.openDirectory(environment);
  }

  /** Null for the default. */
  public @Nullable Path out() {
    return out;
  }
}
