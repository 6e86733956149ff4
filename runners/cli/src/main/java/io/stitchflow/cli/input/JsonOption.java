package io.stitchflow.cli.input;

import io.stitchflow.cli.text.Terminal;
import java.util.Map;
import picocli.CommandLine.Option;

/** Whether a command's result is for programs. */
public final class JsonOption {
  @Option(
      names = "--json",
      description = "Ends with JSON on standard output; text for people goes to standard error.")
  private boolean json;

  /** Tells people, and programs if asked to. */
  public void print(Terminal system, String text, Map<String, Object> forPrograms) {
    (json ? system.peopleOnErr() : system).out().print(text);
    if (json) {
      system.out().json(forPrograms);
    }
  }
}
