package io.stitchflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.Screen;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DownloadDisplayTest {
  private static final long MIB = 1 << 20;

  private final Screen screen = new Screen();

  @Test
  void show_inALog_writesALineEachTenth() {
    DownloadDisplay display = new DownloadDisplay(screen.terminal(false), "CIFAR-10");
    for (long bytes = 0; bytes <= 100 * MIB; bytes += MIB) {
      display.show(bytes, 100 * MIB);
    }
    display.close();
    assertThat(screen.err().lines().toList())
        .hasSize(11)
        .startsWith("CIFAR-10: 0 B of 100 MiB", "CIFAR-10: 10 MiB of 100 MiB")
        .endsWith("CIFAR-10: 100 MiB of 100 MiB");
  }

  @Test
  void show_onATerminal_writesOverOneLine() {
    DownloadDisplay display = new DownloadDisplay(screen.terminal(true), "CIFAR-10");
    for (long bytes : List.of(0L, 1L, MIB, 2 * MIB)) {
      display.show(bytes, 2 * MIB);
    }
    display.close();
    assertThat(screen.err().split("\r", -1)).hasSize(4);
    assertThat(screen.err().lines()).last().asString().startsWith("CIFAR-10: 2");
    assertThat(screen.err()).endsWith("\n");
  }
}
