package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportCommandTest {
  @TempDir Path directory;
  private Path file = Path.of("");
  private Path store = Path.of("");
  private Path out = Path.of("");
  private Screen screen = new Screen();

  @BeforeEach
  void writeExperiment() throws IOException {
    file =
        Files.writeString(
            directory.resolve("two.textproto"),
            """
            name: "two"
            dataset { synthetic { train_examples: 48 test_examples: 32 } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: 1 recipe { epochs: 1 batch_size: 16 } }
            network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 recipe { epochs: 1 batch_size: 16 } }
            condition: TRAINED_TRAINED
            cut: "layer2.0"
            metric: ["accuracy", "mse"]
            vanilla { recipe { epochs: 1 batch_size: 16 } }
            """);
    store = directory.resolve("store");
    out = directory.resolve("out");
  }

  @Test
  void report_afterARun_writesTheSameFilesAndComputesNothing() throws IOException {
    assertThat(execute("run")).isEqualTo(ExitCode.DONE);
    byte[] page = Files.readAllBytes(out.resolve("report.html"));
    out = directory.resolve("again");

    assertThat(execute("report")).isEqualTo(ExitCode.DONE);

    assertThat(out.resolve("report.html")).hasBinaryContent(page);
    assertThat(screen.out())
        .contains("Vanilla accuracy: a -> a")
        .contains("two: 0 stages ran, ")
        .endsWith("report: " + out.resolve("report.html") + "\n");
    Store opened = Store.open(store);
    assertThat(RunFiles.ids(opened)).as("no run is recorded for a report").hasSize(1);
  }

  @Test
  void report_ofAPartOfTheCells_saysHowManyAreMissing() throws IOException {
    assertThat(execute("run", "--set", "pair=[{sender: \"a\" receiver: \"b\"}]"))
        .isEqualTo(ExitCode.DONE);
    out = directory.resolve("all");

    assertThat(execute("report", "--json")).isEqualTo(ExitCode.DONE);

    assertThat(screen.err())
        .contains(
            "This report is incomplete: 3 of 4 cells are missing: they were not computed, or their stages failed.")
        .contains("two: 1 stages ran, ");
    assertThat(screen.out()).contains("\"ran\":1,").contains("\"failed\":0,");
    assertThat(out.resolve("cells.csv"))
        .content()
        .contains("trained_trained,a,layer2.0,b,layer2.0,")
        .doesNotContain(",b,layer2.0,a,");
    assertThat(out.resolve("run.json")).content().doesNotContain("\"skipped\"\n");

    assertThat(execute("run", "--force")).isEqualTo(ExitCode.DONE);
    assertThat(out.resolve("report.html")).content().doesNotContain("This report is incomplete");
  }

  @Test
  void report_emptyStore_isRefusedAndLeavesNothing() {
    assertThat(execute("report")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .contains(store + ": has results of 0 of the experiment's ")
        .contains("no comparison among them, so there is nothing to report; 'run' computes them")
        .doesNotContain("Exception");
    assertThat(out).doesNotExist();
  }

  private int execute(String command, String... options) {
    screen = new Screen();
    List<String> line = new ArrayList<>(List.of(command, file.toString()));
    line.addAll(List.of("--store", store.toString(), "--out", out.toString()));
    line.addAll(List.of(options));
    return screen.execute(Map.of(), line.toArray(String[]::new));
  }
}
