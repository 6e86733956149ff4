package io.stitchflow.cli.command;

import io.stitchflow.cli.text.Escapes;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.inspect.CatalogEntry;
import io.stitchflow.inspect.Item;
import io.stitchflow.inspect.Lineage;
import io.stitchflow.inspect.RecordDescriptions;
import io.stitchflow.inspect.StoreCatalog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
public final class LineageCommand extends ItemCommand {
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

  public LineageCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  Map<String, Object> json(StoreCatalog catalog, Item item) throws IOException {
    return json(tree(catalog, item), new RecordDescriptions(catalog));
  }

  @Override
  String text(StoreCatalog catalog, Item item) throws IOException {
    StringBuilder text = new StringBuilder();
    append(text, tree(catalog, item), "", EntryText.of(catalog));
    return text.toString();
  }

  private Lineage.Node tree(StoreCatalog catalog, Item item) throws IOException {
    return direction.isDown() ? Lineage.down(catalog, item) : Lineage.up(catalog, item);
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
