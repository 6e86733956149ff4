package io.stitchflow.cli.command;

import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.Digest;
import io.stitchflow.inspect.CatalogEntry;
import io.stitchflow.inspect.Item;
import io.stitchflow.inspect.StoreCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code stitchflow show KEY}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Shows a record: its parameters, inputs, outputs and dependents.",
      "For a blob: its file format, and the records that wrote and read it.",
      "Example: stitchflow show 3f9a1c"
    })
public final class ShowCommand extends ItemCommand {
  public ShowCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  Map<String, Object> json(StoreCatalog catalog, Item item) throws IOException {
    EntryJson json = new EntryJson(catalog);
    return item instanceof CatalogEntry entry
        ? json.full(entry)
        : json.blob(digest(item), size(catalog, digest(item)));
  }

  @Override
  String text(StoreCatalog catalog, Item item) throws IOException {
    EntryText text = EntryText.of(catalog);
    return item instanceof CatalogEntry entry
        ? text.entry(entry)
        : text.blob(digest(item), size(catalog, digest(item)));
  }

  private static Digest digest(Item item) {
    return ((Item.Blob) item).digest();
  }

  /** As it is on the disk, else as it was recorded, else -1. */
  private static long size(StoreCatalog catalog, Digest digest) throws IOException {
    @Nullable Path blob = catalog.store().find(digest);
    if (blob != null) {
      return Files.size(blob);
    }
    List<StoreCatalog.Made> makers = catalog.makers(digest);
    return makers.isEmpty() ? -1 : makers.get(0).output().getSizeBytes();
  }
}
