package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Escapes;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.cli.text.TerminalSize;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A block of lines that is drawn over itself, below all other lines; gone when the run ends.
 * Failures scroll by above it and stay.
 *
 * <p>The terminal's size is asked for at each draw. The block is always lower than the terminal, so
 * that none of its lines reaches the scroll-back, where it could not be erased. Most terminals wrap
 * long lines again when they become narrower; erasing counts the lines that this makes.
 */
final class LiveDisplay implements Display {
  private static final int MOST_RUNNING = 8;
  private static final int BAR = 20;
  private static final String ERASE_BELOW = "\u001b[J";

  /** Short lines need not be wrapped when the terminal becomes narrower. */
  private static final int MOST_COLUMNS = 100;

  private final Lines terminal;
  private final Supplier<TerminalSize> size;
  private final Block block;
  private boolean begun;
  private int failuresTold;

  /**
   * @param size asked at each draw
   */
  LiveDisplay(Lines terminal, Supplier<TerminalSize> size) {
    this.terminal = terminal;
    this.size = size;
    this.block = new Block();
  }

  @Override
  public void show(ProgressSnapshot snapshot) {
    block.snapshot = snapshot;
    if (begun) {
      tellFailures(snapshot);
      terminal.redrawFooter();
    } else {
      begun = true;
      terminal.setFooter(block);
      tellFailures(snapshot);
    }
  }

  @Override
  public void end(ProgressSnapshot snapshot) {
    terminal.removeFooter();
    tellFailures(snapshot);
  }

  private void tellFailures(ProgressSnapshot snapshot) {
    for (; failuresTold < snapshot.failed().size(); failuresTold++) {
      terminal.println("failed: " + snapshot.failed().get(failuresTold));
    }
  }

  /** What is on the terminal. */
  private final class Block implements Lines.Footer {
    private volatile ProgressSnapshot snapshot = ProgressSnapshot.NOTHING;
    private List<Integer> drawnColumns = List.of();

    @Override
    public String erase() {
      TerminalSize now = size.get();
      int rows = 0;
      for (int columns : drawnColumns) {
        rows += Math.max(1, (columns + now.columns() - 1) / now.columns());
      }
      drawnColumns = List.of();
      int up = Math.min(rows, now.rows() - 1);
      return up == 0 ? ERASE_BELOW : "\u001b[" + up + "A\r" + ERASE_BELOW;
    }

    @Override
    public String draw() {
      TerminalSize now = size.get();
      // One column less: a full line may put the cursor on the next one
      int columns = Math.min(now.columns(), MOST_COLUMNS) - 1;
      StringBuilder text = new StringBuilder();
      List<Integer> drawn = new ArrayList<>();
      for (String line : lines(snapshot, now.rows() - 1)) {
        String cut = Escapes.cut(Escapes.line(line), columns);
        drawn.add(Escapes.columns(cut));
        text.append(cut).append('\n');
      }
      drawnColumns = drawn;
      return text.toString();
    }
  }

  /**
   * The block's lines, of any length. Where there is not room for all, kinds that are finished or
   * not begun are left out first, then running stages.
   *
   * @param most lines
   */
  static List<String> lines(ProgressSnapshot snapshot, int most) {
    if (most < 1) {
      return List.of();
    }
    List<ProgressSnapshot.Kind> kinds = snapshot.kinds();
    int all = kinds.size() + Math.max(1, snapshot.running().size()) + 1;
    if (all > most) {
      kinds = kinds.stream().filter(each -> each.begun() && !each.isOver()).toList();
    }
    int room = most - 1;
    List<String> lines = new ArrayList<>(bars(kinds.subList(0, Math.min(room, kinds.size()))));
    lines.addAll(running(snapshot, room - lines.size()));
    lines.add(snapshot.summary());
    return lines;
  }

  private static List<String> bars(List<ProgressSnapshot.Kind> kinds) {
    int widest = kinds.stream().mapToInt(each -> each.kind().plural().length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (ProgressSnapshot.Kind each : kinds) {
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
    return lines;
  }

  private static List<String> running(ProgressSnapshot snapshot, int room) {
    List<ProgressSnapshot.Running> all = snapshot.running();
    if (all.isEmpty()) {
      return room > 0 && snapshot.stages().left() > 0 ? List.of("  starting") : List.of();
    }
    int named =
        all.size() <= Math.min(room, MOST_RUNNING) ? all.size() : Math.min(MOST_RUNNING, room - 1);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < named; i++) {
      lines.add("  running: " + all.get(i));
    }
    if (named < all.size() && room > 0) {
      lines.add("  and " + (all.size() - Math.max(0, named)) + " more");
    }
    return lines;
  }
}
