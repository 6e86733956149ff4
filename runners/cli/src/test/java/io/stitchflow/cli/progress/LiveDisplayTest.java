package io.stitchflow.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.Lines;
import io.stitchflow.stage.StageDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LiveDisplayTest {
  private static final List<String> KINDS =
      List.of("import_dataset", "train_network", "fit_vanilla_stitch", "compare_stitches");

  private FakeTerminal terminal = new FakeTerminal(24, 80);
  private Lines lines = new Lines(terminal);
  private LiveDisplay display = new LiveDisplay(lines, () -> terminal.size());

  private void start(int rows, int columns) {
    terminal = new FakeTerminal(rows, columns);
    lines = new Lines(terminal);
    display = new LiveDisplay(lines, () -> terminal.size());
    lines.println("$ stitchflow run e");
  }

  /** Everything that the terminal still has, with lines of the user above. */
  private List<String> all() {
    return Stream.concat(terminal.scrollBack().stream(), terminal.screen().stream())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /** The second of four kinds runs, in three lanes. */
  private static ProgressSnapshot snapshot(int done, String... failed) {
    List<ProgressSnapshot.Kind> kinds = new ArrayList<>();
    for (int i = 0; i < KINDS.size(); i++) {
      int ofKind = i == 0 ? 9 : i == 1 ? done : 0;
      kinds.add(
          new ProgressSnapshot.Kind(StageDefinition.named(KINDS.get(i)), 9, 0, ofKind, i < 2));
    }
    List<ProgressSnapshot.Running> running =
        Stream.of("a", "b", "c")
            .map(each -> new ProgressSnapshot.Running("train " + each, 0.5, ", 12 examples/s"))
            .toList();
    return new ProgressSnapshot(
        kinds,
        running,
        new ProgressSnapshot.Stages(36, 0, 9 + done, 9 + done),
        List.of(failed),
        done,
        93);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 24})
  void show_terminalOfAnyHeight_leavesNoCopies(int rows) {
    start(rows, 80);
    for (int i = 0; i < 9; i++) {
      display.show(snapshot(i));
      assertThat(terminal.scrollBack()).isSubsetOf("$ stitchflow run e", "");
      assertThat(all().stream().filter(line -> line.contains("stages done")))
          .hasSize(rows == 1 ? 0 : 1);
    }
    display.end(snapshot(9));
    assertThat(all()).containsExactly("$ stitchflow run e");
  }

  @Test
  void show_failuresAndLinesOfLibraries_scrollByAboveTheBlock() {
    start(6, 80);
    for (int i = 0; i < 9; i++) {
      display.show(i < 4 ? snapshot(i) : snapshot(i, "train x: no space"));
      lines.asStream().println("library: line " + i);
    }
    display.show(snapshot(8, "train x: no space"));
    assertThat(terminal.screen()).last().isEqualTo("");
    assertThat(terminal.screen().get(4)).startsWith("17 of 36 stages done");
    display.end(snapshot(9, "train x: no space", "train y: no space"));
    List<String> said = new ArrayList<>(List.of("$ stitchflow run e"));
    for (int i = 0; i < 9; i++) {
      if (i == 4) {
        said.add("failed: train x: no space");
      }
      said.add("library: line " + i);
    }
    said.add("failed: train y: no space");
    assertThat(all()).containsExactlyElementsOf(said);
  }

  @Test
  void show_terminalMadeNarrower_countsLinesThatTheTerminalWraps() {
    start(40, 80);
    display.show(snapshot(1));
    for (int columns : new int[] {30, 12, 60, 25}) {
      terminal.resize(40, columns);
      display.show(snapshot(2));
      assertThat(all().stream().filter(line -> line.contains("stages done"))).hasSizeLessThan(2);
      assertThat(terminal.screen())
          .allMatch(line -> line.length() < columns || line.startsWith("$"));
    }
    display.end(snapshot(3));
    assertThat(String.join("", all())).isEqualTo("$ stitchflow run e");
  }

  @Test
  void show_terminalMadeLowerThanTheBlock_leavesOnlyWhatTheTerminalMovedAway() {
    start(24, 80);
    display.show(snapshot(1));
    terminal.resize(4, 80);
    List<String> movedAway = terminal.scrollBack();
    for (int i = 2; i < 9; i++) {
      display.show(snapshot(i));
      assertThat(terminal.scrollBack()).isEqualTo(movedAway);
    }
    assertThat(terminal.screen().get(2)).startsWith("17 of 36 stages done");
  }

  @Test
  void lines_lessRoomThanLines_leaveOutKindsThatDoNotRunThenRunningStages() {
    assertThat(LiveDisplay.lines(snapshot(4), 8)).hasSize(8);
    assertThat(LiveDisplay.lines(snapshot(4), 7))
        .containsExactly(
            "  networks  [########............] 4/9",
            "  running: train a 50%, 12 examples/s",
            "  running: train b 50%, 12 examples/s",
            "  running: train c 50%, 12 examples/s",
            "13 of 36 stages done; 4.0 s elapsed, about 1 min 30 s left");
    assertThat(LiveDisplay.lines(snapshot(4), 4))
        .containsExactly(
            "  networks  [########............] 4/9",
            "  running: train a 50%, 12 examples/s",
            "  and 2 more",
            "13 of 36 stages done; 4.0 s elapsed, about 1 min 30 s left");
    assertThat(LiveDisplay.lines(snapshot(4), 1))
        .containsExactly("13 of 36 stages done; 4.0 s elapsed, about 1 min 30 s left");
    assertThat(LiveDisplay.lines(snapshot(4), 0)).isEmpty();
  }
}
