package io.stitchflow.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.content.StoreException;
import io.stitchflow.plan.RemainingWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  @Test
  void check_disksAtTheLimit_areDistinguished() {
    RemainingWork workload = new RemainingWork(1e12, 60 * MIB, 4 * MIB);
    assertThatCode(() -> new DiskSpace("/store", 64 * MIB, workload).check())
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> new DiskSpace("/store", 64 * MIB - 1, workload).check())
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "/store: its disk has 64 MiB left, but this run will keep about 60 MiB of"
                + " representations and 4.0 MiB of all else; compute what does not fit again with"
                + " --set representation.policy=AUTO, lower representation.examples, halve them with --set representation.dtype=FLOAT16, name a larger disk with --store,"
                + " or start all the same with --ignore-disk-space");
  }

  @Test
  void check_nothingToKeep_startsOnAFullDisk() {
    assertThatCode(() -> new DiskSpace("/store", 0, new RemainingWork(0, 0, 0)).check())
        .doesNotThrowAnyException();
  }

  @Test
  void run_moreRepresentationsThanAnyDiskTakes_endsBeforeItComputesAnything() throws IOException {
    Path store = directory.resolve("store");
    Screen screen = new Screen();
    assertThat(execute(screen, "run", store)).isEqualTo(ExitCode.STORE);
    assertThat(screen.err())
        .contains(store + ": its disk has ")
        .contains("TiB of representations")
        .contains("--ignore-disk-space");
    assertThat(store).doesNotExist();
  }

  @Test
  void plan_saysWhatTheRunWillTake() throws IOException {
    Screen screen = new Screen();
    assertThat(execute(screen, "plan", directory.resolve("store"))).isEqualTo(ExitCode.DONE);
    // 1,010,000 examples, 65 cuts of 256 x 32 x 32 numbers and three more, float32
    assertThat(screen.out())
        .containsPattern(
            "huge: \\d\\.\\de\\+\\d\\d FLOPs; to keep: \\d+ TiB of representations, .* of all else;"
                + " the store's disk has .* left");
  }

  private int execute(Screen screen, String command, Path store) throws IOException {
    Path file = directory.resolve("huge.textproto");
    Files.writeString(
        file,
        """
        name: "huge"
        dataset { synthetic { train_examples: 1000000 test_examples: 10000 } }
        network { name: "a" architecture: "ResNet(64,1,1,1)" width: 256 recipe { epochs: 0 } }
        condition: TRAINED_TRAINED
        """);
    return screen.execute(
        Map.of(),
        command,
        file.toString(),
        "--store",
        store.toString(),
        "--out",
        directory.resolve("out").toString());
  }
}
