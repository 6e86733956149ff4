package io.stitchflow.cli.execution;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.progress.EventLog;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.cli.text.Terminal;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a run shows its progress, to people and to programs. */
final class ProgressOptions {
  private static final String EVENTS = "--events";
  private static final Path STANDARD_OUTPUT = Path.of("-");

  @Option(
      names = "--quiet",
      description = "Prints no progress: only the summary at the end, warnings and errors.")
  private boolean quiet;

  @Option(
      names = EVENTS,
      paramLabel = "FILE",
      description =
          "Writes the run's events to FILE as lines of JSON while it runs; - is standard output, and all text then goes to standard error.")
  private @Nullable Path events;

  /**
   * Checks the options beside others.
   *
   * @throws InputException if they cannot be combined
   */
  void check(boolean json, boolean detach) throws InputException {
    if (STANDARD_OUTPUT.equals(events) && json) {
      throw new InputException(
          EVENTS + " - cannot be combined with --json; its last event has the same object");
    }
    if (events != null && detach) {
      throw new InputException(
          EVENTS + " cannot be combined with --detach: this process ends before the run does");
    }
  }

  boolean hasEvents() {
    return events != null;
  }

  /** Where text for people goes. */
  Terminal text(Terminal system, boolean json) {
    return json || STANDARD_OUTPUT.equals(events) ? system.peopleOnErr() : system;
  }

  /** Where progress goes. */
  Terminal shown(Terminal terminal) {
    return quiet ? terminal.withoutErr() : terminal;
  }

  /**
   * Opens the events' file.
   *
   * @throws InputException if it cannot be written
   */
  EventLog open(Lines out, Lines err) throws InputException {
    if (events == null) {
      return EventLog.none(err);
    }
    return events.equals(STANDARD_OUTPUT) ? EventLog.to(out, err) : EventLog.to(events, err);
  }
}
