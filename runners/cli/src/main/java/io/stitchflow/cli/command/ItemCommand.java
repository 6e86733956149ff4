package io.stitchflow.cli.command;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.StoreQuery;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.inspect.Item;
import io.stitchflow.inspect.StoreCatalog;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command on one record or blob, which prints text or one JSON object. */
abstract class ItemCommand extends StoreCommand {
  @Parameters(
      paramLabel = "KEY|DIGEST",
      description = "A key, a blob's digest, or a prefix of at least 6 digits.")
  private String name = "";

  @Mixin private StoreQuery query = new StoreQuery();

  ItemCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public final Integer call() throws Exception {
    StoreCatalog catalog = query.catalog(environment, system);
    Item item = resolve(catalog);
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

  private Item resolve(StoreCatalog catalog) throws IOException, InputException {
    try {
      return catalog.resolve(name);
    } catch (IllegalArgumentException e) {
      throw new InputException(e.getMessage() + "; 'stitchflow ls' lists records");
    }
  }
}
