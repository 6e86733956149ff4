package io.stitchflow.cli.command;

import io.stitchflow.cli.input.StoreQuery;
import io.stitchflow.cli.text.ExitCode;
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
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stitchflow export KEY --to DIR}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Writes a record's outputs, or one blob, as files that other programs can read: safetensors, Arrow, report files, and CSV for comparisons, training curves and predictions.",
      "Verifies checksums. Never overwrites a file that has other content.",
      "Example: stitchflow export 3f9a1c --to networks/a"
    })
public final class ExportCommand implements Callable<Integer> {
  private final Terminal system;
  private final Map<String, String> environment;

  @Parameters(
      paramLabel = "KEY|DIGEST",
      description = "A key, a blob's digest, or a prefix of at least 6 digits.")
  private String name = "";

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "Output directory; created if missing.")
  private Path directory = Path.of("");

  @Mixin private StoreQuery query = new StoreQuery();

  public ExportCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    StoreCatalog catalog = query.catalog(environment, system);
    Item item = StoreQuery.resolve(catalog, name);
    List<Export.Exported> files;
    try {
      files = Export.write(catalog, item, directory);
    } catch (IOException e) {
      throw e instanceof ExitCoded ? e : new OutputException("--to", directory, e);
    }
    if (query.json()) {
      system.out().json(Map.of("file", json(files)));
    } else {
      for (Export.Exported file : files) {
        String done = file.already() ? "is there already " : "wrote ";
        system.out().println(done + file.file());
      }
    }
    return ExitCode.DONE;
  }

  private static List<Object> json(List<Export.Exported> files) {
    List<Object> json = new ArrayList<>();
    for (Export.Exported file : files) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("path", file.file().toString());
      one.put("digest", file.digest().hex());
      one.put("format", file.format().name());
      one.put("already", file.already());
      json.add(one);
    }
    return json;
  }
}
