package io.stitchflow.cli.command;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.Digest;
import io.stitchflow.gc.Pins;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.v1.StageResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stitchflow pin NAME FILE|KEY}. */
@Command(
    name = "pin",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Protects results and their inputs from 'gc' until 'stitchflow unpin NAME'.",
      "An existing pin of this name is replaced.",
      "For a remote store, pins protect the local cache, which is all that 'gc' collects."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  stitchflow pin paper proto/examples/quickstart.textproto",
      "protects all results of that experiment that are in the store."
    })
public final class PinCommand extends StoreCommand {
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{6,64}");

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "The pin's name: up to 100 of A-Z, a-z, 0-9, '.', '_' and '-'.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "FILE|KEY",
      description =
          "An experiment file: all its results in the store; or the key of one result, or a prefix of at least 6 digits.")
  private String what = "";

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Overrides a field of the experiment, as in 'run'.")
  private List<String> sets = new ArrayList<>();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "The device of the run, as in 'run'; it is part of the keys.")
  private String device = "cpu";

  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public PinCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  /** What is to be kept, and how many results an experiment has that the store lacks. */
  private record Kept(List<Digest> keys, int missing) {}

  @Override
  public Integer call() throws Exception {
    checkName(name);
    Store store = storeOption.open(environment);
    Kept kept =
        KEY.matcher(what).matches() && !Files.exists(Path.of(what)) ? byKey(store) : byFile(store);
    new Pins(store).pin(name, kept.keys());
    String missing =
        kept.missing() == 0
            ? ""
            : "; "
                + kept.missing()
                + " are not in the store: run the experiment, then pin it again";
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("pin", name);
    result.put("store", store.root().toString());
    result.put("key", kept.keys().stream().map(Digest::hex).toList());
    result.put("missing", kept.missing());
    json.print(
        system,
        String.format(Locale.ROOT, "%s keeps %d results%s%n", name, kept.keys().size(), missing),
        result);
    return ExitCode.DONE;
  }

  static void checkName(String name) throws InputException {
    try {
      Pins.checkName(name);
    } catch (IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }

  private Kept byKey(Store store) throws Exception {
    List<Digest> keys = new ActionCache(store).findKeys(what);
    if (keys.isEmpty()) {
      throw new InputException(
          store.root()
              + ": has no result under a key that begins with "
              + what
              + ", and there is no file of that name");
    }
    if (keys.size() > 1) {
      throw new InputException(
          what
              + ": is the beginning of "
              + keys.size()
              + " keys; give more digits of one of "
              + keys);
    }
    return new Kept(keys, 0);
  }

  private Kept byFile(Store store) throws Exception {
    ValidExperiment valid = ExperimentFile.read(Path.of(what), sets);
    PlanStatus survey = PlanStatus.of(Plans.of(valid, device, environment), new Memo(store));
    List<Digest> keys =
        survey.known().stream().map(StageResult::getKey).map(Digest::from).distinct().toList();
    if (keys.isEmpty()) {
      throw new InputException(
          store.root()
              + ": has no result of "
              + what
              + "; run it first, with the same --set and --device");
    }
    return new Kept(keys, survey.stages().size() - survey.known().size());
  }
}
