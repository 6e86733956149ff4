package io.stitchflow.cli.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CudaLibrariesTest {
  @TempDir Path directory;
  private final Screen screen = new Screen();
  private final Map<String, String> environment = new HashMap<>();
  private Path file = Path.of("");

  @BeforeEach
  void writeExperiment() throws IOException {
    environment.put("HOME", directory.resolve("home").toString());
    file =
        Files.writeString(
            directory.resolve("e.textproto"),
            """
            name: "e"
            dataset { synthetic { } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 }
            """);
  }

  @Test
  void run_noLibtorchForCuda_isRefusedInOneSentenceBeforeAnyStage() {
    assertThat(execute("run")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .isEqualTo(
            "stitchflow: --device: libtorch 2.7.1+cu128 was not found: PYTORCH_LIBRARY_PATH is not"
                + " set; VIRTUAL_ENV is not set; CONDA_PREFIX is not set; python3 (not in PATH) has"
                + " no torch; the cache has none in "
                + directory
                + "/home/.cache/stitchflow-djl/libtorch/2.7.1+cu128; run 'stitchflow setup cuda' to"
                + " download it into the cache\n");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void run_libraryPathThatLeadsNowhere_isRefusedByName() {
    environment.put("PYTORCH_LIBRARY_PATH", "/nowhere");
    assertThat(execute("run")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .startsWith(
            "stitchflow: --device: PYTORCH_LIBRARY_PATH is '/nowhere', which has no libtorch");
  }

  @Test
  void plan_noLibtorchForCuda_isPlannedForWorkersThatHaveIt() {
    assertThat(execute("plan")).as(screen.err()).isEqualTo(ExitCode.DONE);
  }

  private int execute(String command) {
    return screen.execute(
        environment,
        command,
        file.toString(),
        "--device",
        "cuda-sm_90",
        "--store",
        directory.resolve("store").toString(),
        "--out",
        directory.resolve("out").toString());
  }
}
