package io.stitchflow.cli.command;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.gc.Pins;
import io.stitchflow.store.Store;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code stitchflow unpin NAME}. */
@Command(
    name = "unpin",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = "Removes a pin. A later 'gc' deletes results that nothing else protects.",
    footerHeading = "%nExample:%n",
    footer = "  stitchflow unpin paper")
public final class UnpinCommand extends StoreCommand {
  @Parameters(paramLabel = "NAME", description = "The pin's name.")
  private String name = "";

  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public UnpinCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    PinCommand.checkName(name);
    Store store = storeOption.open(environment);
    Pins pins = new Pins(store);
    if (!pins.unpin(name)) {
      throw new InputException(
          store.root() + ": has no pin '" + name + "'; its pins are " + pins.all().keySet());
    }
    json.print(system, name + ": removed\n", Map.of("unpin", name));
    return ExitCode.DONE;
  }
}
