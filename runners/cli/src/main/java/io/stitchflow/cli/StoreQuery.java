package io.stitchflow.cli;

import io.stitchflow.artifacts.Store;
import io.stitchflow.catalog.Catalog;
import io.stitchflow.catalog.Item;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command is told that asks what is in a store. */
final class StoreQuery {
  @Mixin private StoreOption store = new StoreOption();

  @Option(names = "--json", description = "One JSON object on standard output instead of text.")
  private boolean json;

  boolean json() {
    return json;
  }

  Catalog catalog(Map<String, String> environment, Terminal terminal) throws IOException {
    Store opened = store.open(environment);
    Catalog catalog = Catalog.read(opened);
    StoreOption.warn(opened, terminal);
    return catalog;
  }

  /** What the user named by a key, a digest, or the first digits of one. */
  static Item resolve(Catalog catalog, String name) throws IOException, InputException {
    try {
      return catalog.resolve(name);
    } catch (IllegalArgumentException e) {
      throw new InputException(e.getMessage() + "; 'stitchflow ls' lists records");
    }
  }
}
