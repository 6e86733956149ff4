package io.stitchflow.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A terminal that keeps what is written, and commands that write to it. */
final class Screen {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  Lines errLines() {
    return new Lines(err);
  }

  int execute(Map<String, String> environment, String... args) {
    return Stitchflow.execute(terminal(false), environment, args);
  }

  /** Whether somebody watches {@code err} is as told. */
  Terminal terminal(boolean errIsLive) {
    return new Terminal(new Lines(out), new Lines(err), false, errIsLive, false);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
