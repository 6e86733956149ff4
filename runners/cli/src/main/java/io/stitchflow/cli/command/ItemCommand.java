package io.stitchflow.cli.command;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.input.StageName;
import io.stitchflow.cli.input.StoreQuery;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.content.Digest;
import io.stitchflow.inspect.CatalogEntry;
import io.stitchflow.inspect.Item;
import io.stitchflow.inspect.StoreCatalog;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.InvalidExperimentException;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command on one record or blob, which prints text or one JSON object. */
abstract class ItemCommand extends StoreCommand {
  @Parameters(
      index = "0",
      paramLabel = "KEY|DIGEST|FILE",
      description =
          "A key, a blob's digest, or a prefix of at least 6 digits; before STAGE, an experiment file.")
  private String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "STAGE",
      description =
          "ID of one stage of the experiment, such as 'train a', or a part of it that is unique.")
  private String stage = "";

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Overrides a field of the experiment, as in 'run'.")
  private List<String> sets = new ArrayList<>();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "The device of the experiment's run, as in 'run'; it is part of the keys.")
  private String device = "cpu";

  @Mixin private StoreQuery query = new StoreQuery();

  ItemCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public final Integer call() throws Exception {
    StoreCatalog catalog = query.catalog(environment, system);
    Item item = stage.isEmpty() ? byKey(catalog) : byStage(catalog);
    if (query.json()) {
      system.out().json(json(catalog, item));
    } else {
      system.out().print(text(catalog, item));
    }
    return ExitCode.DONE;
  }

  abstract Map<String, Object> json(StoreCatalog catalog, Item item) throws IOException;

  /** Lines with LF at their ends. */
  abstract String text(StoreCatalog catalog, Item item) throws IOException;

  private Item byKey(StoreCatalog catalog) throws IOException, InputException {
    if (!sets.isEmpty()) {
      throw new InputException("--set: requires an experiment file and a STAGE");
    }
    try {
      return catalog.resolve(name);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          e.getMessage()
              + "; 'stitchflow ls' lists records; or name an experiment file and a STAGE");
    }
  }

  private Item byStage(StoreCatalog catalog)
      throws IOException, InputException, InvalidExperimentException {
    ValidExperiment valid = ExperimentFile.read(Path.of(name), sets);
    PlanStatus status =
        PlanStatus.of(Plans.of(valid, device, environment), new Memo(catalog.store()));
    PlanStatus.StageStatus found =
        StageName.find(status.stages(), each -> each.stage().getId(), stage);
    @Nullable StageResult known = found.known();
    @Nullable CatalogEntry entry = known == null ? null : catalog.find(Digest.from(known.getKey()));
    if (entry == null) {
      throw new InputException(
          catalog.store().root()
              + ": has no result of '"
              + found.stage().getId()
              + "'; run the experiment first, with the same --set and --device");
    }
    return entry;
  }
}
