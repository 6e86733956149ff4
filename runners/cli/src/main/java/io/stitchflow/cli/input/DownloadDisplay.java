package io.stitchflow.cli.input;

import io.stitchflow.cli.text.Escapes;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.cli.text.Terminal;

/** Progress in bytes: a line that is written over on a terminal, a line each tenth in a log. */
public final class DownloadDisplay implements AutoCloseable {
  private static final int TENTHS = 10;

  private final Terminal terminal;
  private final String title;
  private long shown = -1;

  public DownloadDisplay(Terminal terminal, String title) {
    this.terminal = terminal;
    this.title = title;
  }

  public void show(long bytes, long all) {
    long step = terminal.errIsLive() ? bytes >> 20 : TENTHS * bytes / Math.max(1, all);
    if (step == shown) {
      return;
    }
    shown = step;
    String line = title + ": " + Sizes.words(bytes) + " of " + Sizes.words(all);
    if (terminal.errIsLive()) {
      terminal.err().printRaw("\r" + Escapes.line(line) + "   ");
    } else {
      terminal.err().println(line);
    }
  }

  /** Ends the line. */
  @Override
  public void close() {
    if (terminal.errIsLive() && shown >= 0) {
      terminal.err().println();
    }
  }
}
