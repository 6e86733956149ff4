package io.stitchflow.cli.input;

import io.stitchflow.cli.text.Terminal;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option {@code --json}. */
public final class JsonOption {
  @Option(
      names = "--json",
      description = "Prints the result as JSON on standard output; messages go to standard error.")
  private boolean json;

  /** Prints the text, or both the text on standard error and JSON on standard output. */
  public void print(Terminal system, String text, Map<String, Object> forPrograms) {
    (json ? system.peopleOnErr() : system).out().print(text);
    if (json) {
      system.out().json(forPrograms);
    }
  }
}
