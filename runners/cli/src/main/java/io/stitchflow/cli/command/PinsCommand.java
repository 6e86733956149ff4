package io.stitchflow.cli.command;

import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.Columns;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.Digest;
import io.stitchflow.gc.Pins;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stitchflow pins}. */
@Command(
    name = "pins",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Lists pins by name, which 'pin' creates and 'unpin' removes.",
      "results: pinned results. missing: those that are not in the store. size: outputs of the others, each blob once; without the results that they were computed from, which the pin protects too."
    },
    footerHeading = "%nExample:%n",
    footer = "  stitchflow pins --store /data/stitchflow")
public final class PinsCommand extends StoreCommand {
  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public PinsCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  /**
   * A pin against its store.
   *
   * @param missing results that are not in the store
   * @param bytes outputs of the other results
   */
  private record Row(String name, Collection<Digest> keys, int missing, long bytes) {
    static Row of(String name, Collection<Digest> keys, ActionCache cache) {
      Map<Digest, Long> outputs = new HashMap<>();
      int missing = 0;
      for (Digest key : keys) {
        @Nullable ActionResult result = cache.find(key);
        if (result == null) {
          missing++;
        } else {
          for (Output output : result.getOutputList()) {
            outputs.put(Digest.from(output.getDigest()), output.getSizeBytes());
          }
        }
      }
      long bytes = outputs.values().stream().mapToLong(Long::longValue).sum();
      return new Row(name, keys, missing, bytes);
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", name);
      json.put("results", keys.size());
      json.put("missing", missing);
      json.put("bytes", bytes);
      json.put("key", keys.stream().map(Digest::hex).toList());
      return json;
    }
  }

  @Override
  public Integer call() throws Exception {
    Store store = storeOption.open(environment);
    ActionCache cache = new ActionCache(store);
    List<Row> rows = new ArrayList<>();
    new Pins(store).all().forEach((name, keys) -> rows.add(Row.of(name, keys, cache)));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("store", store.root().toString());
    result.put("pin", rows.stream().map(Row::json).toList());
    json.print(system, text(store, rows), result);
    return ExitCode.DONE;
  }

  private static String text(Store store, List<Row> rows) {
    if (rows.isEmpty()) {
      return store.root() + ": has 0 pins; 'stitchflow pin NAME FILE' creates one\n";
    }
    Columns columns = new Columns("lrrr");
    columns.add("pin", "results", "missing", "size");
    for (Row row : rows) {
      columns.add(
          row.name(),
          Integer.toString(row.keys().size()),
          Integer.toString(row.missing()),
          Sizes.words(row.bytes()));
    }
    return columns.text("");
  }
}
