package io.stitchflow.cli.input;

import io.stitchflow.cli.text.Terminal;
import io.stitchflow.inspect.StoreCatalog;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of all commands that read the catalog of a store. */
public final class StoreQuery {
  @Mixin private StoreOption store = new StoreOption();

  @Option(
      names = "--json",
      description = "Prints one JSON object on standard output instead of text.")
  private boolean json;

  public boolean json() {
    return json;
  }

  public StoreCatalog catalog(Map<String, String> environment, Terminal terminal)
      throws IOException, InputException {
    Store opened = store.open(environment);
    StoreCatalog catalog = StoreCatalog.read(opened);
    StoreOption.warn(opened, terminal);
    return catalog;
  }
}
