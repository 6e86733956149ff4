package io.stitchflow.cli.command;

import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.store.directory.StoreInit;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stitchflow init-store}. */
@Command(
    name = "init-store",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Creates a store in a directory of this machine. Without it, the first run creates a private one.",
      "All members of the directory's group can read and write a shared store, regardless of their umask: directories have mode 2770, files 0660. An existing store is converted; you must own it."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  mkdir /data/stitchflow && chgrp lab /data/stitchflow",
      "  stitchflow init-store --shared --store /data/stitchflow",
      "creates a store that all members of the group 'lab' share."
    })
public final class InitStoreCommand extends StoreCommand {
  @Option(names = "--shared", description = "Shares the store with the directory's group.")
  private boolean shared;

  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public InitStoreCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    Path root = storeOption.directory(environment);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("store", root.toString());
    String text;
    if (shared) {
      String group = StoreInit.share(root);
      result.put("shared", true);
      result.put("group", group);
      text = root + ": is shared by the group '" + group + "'";
    } else {
      boolean isShared = StoreInit.create(root);
      result.put("shared", isShared);
      text = root + (isShared ? ": is shared by its group already" : ": is private to its owner");
    }
    json.print(system, text + "\n", result);
    return ExitCode.DONE;
  }
}
