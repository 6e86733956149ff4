package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Escapes;
import io.stitchflow.cli.text.Lines;
import java.util.ArrayList;
import java.util.List;

/**
 * A block of lines that is drawn over itself; gone when the run ends. Failures scroll by above it
 * and stay.
 */
final class LiveDisplay implements Display {
  private static final int MOST_RUNNING = 8;
  private static final int BAR = 20;
  private static final String ERASE_BELOW = "\u001b[J";

  private final Lines terminal;
  private final int columns;
  private int drawn;
  private int failuresTold;

  LiveDisplay(Lines terminal, int columns) {
    this.terminal = terminal;
    this.columns = columns;
  }

  @Override
  public void show(ProgressSnapshot snapshot) {
    draw(failures(snapshot), block(snapshot));
  }

  @Override
  public void end(ProgressSnapshot snapshot) {
    draw(failures(snapshot), List.of());
  }

  private List<String> failures(ProgressSnapshot snapshot) {
    List<String> untold = snapshot.failed().subList(failuresTold, snapshot.failed().size());
    failuresTold = snapshot.failed().size();
    return untold.stream().map(failure -> "failed: " + failure).toList();
  }

  /** One write, so that the terminal never shows half a block. */
  private void draw(List<String> lasting, List<String> block) {
    StringBuilder text = new StringBuilder();
    if (drawn > 0) {
      text.append("\u001b[").append(drawn).append("A\r");
    }
    text.append(ERASE_BELOW);
    lasting.forEach(line -> text.append(Escapes.line(line)).append('\n'));
    block.forEach(line -> text.append(cut(Escapes.line(line))).append('\n'));
    drawn = block.size();
    terminal.printRaw(text.toString());
  }

  /** The block's lines, as wide as they come. */
  static List<String> block(ProgressSnapshot snapshot) {
    List<String> lines = new ArrayList<>();
    int widest =
        snapshot.kinds().stream().mapToInt(each -> each.kind().plural().length()).max().orElse(0);
    for (ProgressSnapshot.Kind each : snapshot.kinds()) {
      String cached = each.cached() > 0 ? ", " + each.cached() + " cached" : "";
      int full = BAR * each.done() / each.total();
      lines.add(
          "  "
              + each.kind().plural()
              + " ".repeat(widest - each.kind().plural().length())
              + "  ["
              + "#".repeat(full)
              + ".".repeat(BAR - full)
              + "] "
              + each.done()
              + "/"
              + each.total()
              + cached);
    }
    if (snapshot.running().isEmpty() && snapshot.done() < snapshot.total()) {
      lines.add("  starting");
    }
    for (ProgressSnapshot.Running each :
        snapshot.running().subList(0, Math.min(MOST_RUNNING, snapshot.running().size()))) {
      lines.add("  running: " + each);
    }
    if (snapshot.running().size() > MOST_RUNNING) {
      lines.add("  and " + (snapshot.running().size() - MOST_RUNNING) + " more");
    }
    lines.add(snapshot.summary());
    return lines;
  }

  /** A line that wraps would shift the block. */
  private String cut(String line) {
    return line.length() < columns ? line : line.substring(0, Math.max(0, columns - 4)) + "...";
  }
}
