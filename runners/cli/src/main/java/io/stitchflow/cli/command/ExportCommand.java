package io.stitchflow.cli.command;

import io.stitchflow.cli.text.Escapes;
import io.stitchflow.cli.text.OutputException;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.ExitCoded;
import io.stitchflow.inspect.Export;
import io.stitchflow.inspect.Item;
import io.stitchflow.inspect.StoreCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stitchflow export KEY --to DIR}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Writes a record's outputs, or one blob, as files that other programs can read: safetensors, Arrow, report files, and CSV for comparisons, training curves and predictions.",
      "Verifies checksums. Never overwrites a file that has other content.",
      "Example: stitchflow export 3f9a1c --to networks/a",
      "Example: stitchflow export e.textproto 'train a' --to networks/a"
    })
public final class ExportCommand extends ItemCommand {
  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "Output directory; created if missing.")
  private Path directory = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "arrow: representations and data sets as the store has them (default); npy: as NumPy arrays, NAME.npy and NAME.label.npy.")
  private Export.TensorFormat format = Export.TensorFormat.ARROW;

  public ExportCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  Map<String, Object> json(StoreCatalog catalog, Item item) throws IOException {
    List<Object> json = new ArrayList<>();
    for (Export.Exported file : write(catalog, item)) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("path", file.file().toString());
      one.put("digest", file.digest().hex());
      one.put("format", file.format().name());
      one.put("already", file.already());
      json.add(one);
    }
    return Map.of("file", json);
  }

  @Override
  String text(StoreCatalog catalog, Item item) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Export.Exported file : write(catalog, item)) {
      String done = file.already() ? "is there already " : "wrote ";
      text.append(Escapes.of(done + file.file())).append('\n');
    }
    return text.toString();
  }

  private List<Export.Exported> write(StoreCatalog catalog, Item item) throws IOException {
    try {
      return Export.write(catalog, item, format, directory);
    } catch (IOException e) {
      throw e instanceof ExitCoded ? e : new OutputException("--to", directory, e);
    }
  }
}
