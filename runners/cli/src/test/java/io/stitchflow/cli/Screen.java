package io.stitchflow.cli;

import io.stitchflow.cli.text.Lines;
import io.stitchflow.cli.text.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A terminal that keeps what is written, and commands that write to it. */
public final class Screen {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  public Lines errLines() {
    return new Lines(err);
  }

  /** Under these variables, and a HOME that is not there where they name none. */
  public int execute(Map<String, String> environment, String... args) {
    Map<String, String> all = new HashMap<>(environment);
    all.putIfAbsent("HOME", "/nonexistent/home");
    return Stitchflow.execute(terminal(false), all, args);
  }

  /** Whether somebody watches {@code err} is as told. */
  public Terminal terminal(boolean errIsLive) {
    return new Terminal(new Lines(out), new Lines(err), false, errIsLive, false);
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
