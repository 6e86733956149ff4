package io.stitchflow.cli.command;

import io.stitchflow.cli.input.StoreQuery;
import io.stitchflow.cli.text.Escapes;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.inspect.CatalogEntry;
import io.stitchflow.inspect.Item;
import io.stitchflow.inspect.Lineage;
import io.stitchflow.inspect.RecordDescriptions;
import io.stitchflow.inspect.StoreCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stitchflow lineage DIGEST}. */
@Command(
    name = "lineage",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Shows the inputs or the dependents of a record or blob, as a tree.",
      "A record that occurs several times is expanded once.",
      "Example: stitchflow lineage 3f9a1c --down"
    })
public final class LineageCommand implements Callable<Integer> {
  private final Terminal system;
  private final Map<String, String> environment;

  @Parameters(
      paramLabel = "KEY|DIGEST",
      description = "A key, a blob's digest, or a prefix of at least 6 digits.")
  private String name = "";

  /** One way or the other. */
  static final class Direction {
    @Option(names = "--up", description = "Inputs (default).")
    private boolean up;

    @Option(names = "--down", description = "Dependents.")
    private boolean down;

    boolean isDown() {
      return down && !up;
    }
  }

  @ArgGroup private Direction direction = new Direction();
  @Mixin private StoreQuery query = new StoreQuery();

  public LineageCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    StoreCatalog catalog = query.catalog(environment, system);
    Item item = StoreQuery.resolve(catalog, name);
    Lineage.Node tree =
        direction.isDown() ? Lineage.down(catalog, item) : Lineage.up(catalog, item);
    if (query.json()) {
      system.out().json(json(tree, new RecordDescriptions(catalog)));
    } else {
      StringBuilder text = new StringBuilder();
      append(text, tree, "", EntryText.of(catalog));
      system.out().print(text.toString());
    }
    return ExitCode.DONE;
  }

  private static void append(
      StringBuilder text, Lineage.Node node, String indent, EntryText words) {
    String role = node.role().isEmpty() ? "" : node.role() + ": ";
    @Nullable CatalogEntry entry = node.entry();
    String what =
        entry == null
            ? (node.blob() == null ? "" : node.blob().brief() + " ")
                + "external file, or its record was deleted"
            : words.named(entry);
    text.append(Escapes.of(indent + role + what + (node.repeated() ? " (above)" : "")));
    text.append('\n');
    for (Lineage.Node branch : node.branches()) {
      append(text, branch, indent + "  ", words);
    }
  }

  private static Map<String, Object> json(Lineage.Node node, RecordDescriptions words) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (!node.role().isEmpty()) {
      json.put("role", node.role());
    }
    if (node.blob() != null) {
      json.put("digest", node.blob().hex());
    }
    if (node.entry() != null) {
      json.putAll(EntryJson.brief(node.entry(), words));
    }
    json.put("repeated", node.repeated());
    List<Object> branches = new ArrayList<>();
    node.branches().forEach(branch -> branches.add(json(branch, words)));
    json.put("branch", branches);
    return json;
  }
}
