package io.stitchflow.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Json;
import io.stitchflow.cli.text.OutputException;
import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.store.Store;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OutFilesTest {
  @TempDir Path directory;
  private Store store;
  private Path out;

  @BeforeEach
  void prepare() throws IOException {
    store = Store.open(directory.resolve("store"));
    out = directory.resolve("a/out");
  }

  private StageResult report(Digest... digests) {
    ActionResult.Builder result = ActionResult.newBuilder();
    for (int i = 0; i < digests.length; i++) {
      result.addOutput(
          Output.newBuilder().setName("plots/" + i + ".svg").setDigest(digests[i].bytes()));
    }
    return StageResult.newBuilder().setResult(result).build();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(out)) {
      return all.filter(Files::isRegularFile).map(each -> out.relativize(each).toString()).toList();
    }
  }

  @Test
  void commit_report_putsCopiesThatTheUserMayWrite() throws IOException {
    Digest blob = store.put(bytes("plot"));
    try (OutFiles files = OutFiles.in(out)) {
      files.copy(report(blob), store);
      files.write("run.json", "{}");
      files.commit();
    }
    assertThat(files()).containsExactlyInAnyOrder("plots/0.svg", "run.json");
    assertThat(out.resolve("plots/0.svg")).hasContent("plot");
    assertThat(Files.getPosixFilePermissions(out.resolve("plots/0.svg")))
        .isEqualTo(Files.getPosixFilePermissions(Files.createFile(directory.resolve("usual"))));
  }

  @Test
  void close_withoutCommit_leavesNothing() throws IOException {
    try (OutFiles files = OutFiles.in(out)) {
      files.write("run.json", "{}");
    }
    assertThat(out).doesNotExist();
  }

  @Test
  void write_directoryInTheWay_leavesEarlierFilesAsTheyWere() throws IOException {
    Files.createDirectories(out.resolve("run.json"));
    Files.writeString(out.resolve("answer.txt"), "earlier");
    try (OutFiles files = OutFiles.in(out)) {
      files.write("answer.txt", "later");
      assertThatThrownBy(() -> files.write("run.json", "{}"))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("a directory is in the way");
    }
    assertThat(files()).containsExactly("answer.txt");
    assertThat(out.resolve("answer.txt")).hasContent("earlier");
  }

  @Test
  void copy_blobMissing_copiesNone() throws IOException {
    Digest there = store.put(bytes("plot"));
    try (OutFiles files = OutFiles.in(out)) {
      assertThatThrownBy(() -> files.copy(report(there, Digest.of(bytes("gone"))), store))
          .isInstanceOf(MissingBlobException.class);
      files.write("run.json", "{}");
      files.commit();
    }
    assertThat(files()).containsExactly("run.json");
  }

  @Test
  void outDirectory_diskFull_isExitCode3AndNamesOut() {
    OutputException full =
        new OutputException("--out", directory, new IOException("No space left on device"));
    assertThat(full.exitCode()).isEqualTo(ExitCode.STORE);
    assertThat(full)
        .hasMessageStartingWith("--out: " + directory + " cannot be written: the disk is full (")
        .hasMessageContaining("choose another directory with --out");
  }

  @Test
  void outDirectory_checked_makesNothing() throws InputException {
    OutDirectory.at(out);
    assertThat(directory.resolve("a")).doesNotExist();
  }

  @Test
  void outDirectory_linkThatLeadsNowhere_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
    assertThatThrownBy(() -> OutDirectory.at(link))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no directory is behind the link " + link);
  }

  @Test
  void outDirectory_namedByDots_takesFiles() throws Exception {
    Files.createDirectories(out);
    OutDirectory dotted = OutDirectory.at(out.resolve("x/.."));
    try (OutFiles files = dotted.begin()) {
      files.write("answer.txt", "yes");
      files.commit();
    }
    assertThat(files()).containsExactly("answer.txt");
  }

  @Test
  void outDirectory_filesOfTheUserUnderNamesOfAReport_isRefusedAndKeepsThem() throws Exception {
    Files.createDirectories(out);
    Path mine = Files.writeString(out.resolve("cells.csv"), "precious");
    assertThatThrownBy(() -> OutDirectory.at(out))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(mine + ": would be overwritten");
    Files.writeString(out.resolve("run.json"), "{}");
    assertThat(OutDirectory.at(out).path("cells.csv")).hasContent("precious");
  }

  @Test
  void outDirectory_whereNoFilesCanBe_isRefusedBeforeAnythingRuns() {
    assertThatThrownBy(() -> OutDirectory.at(Path.of("/proc/x")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("/proc: cannot be written to");
  }

  private static Experiment experiment(int width) {
    return Experiment.newBuilder()
        .setName("e")
        .addNetwork(Network.newBuilder().setName("a").setWidth(width))
        .build();
  }

  private void leaveReportOf(Experiment experiment) throws IOException {
    Files.createDirectories(out);
    Files.writeString(
        out.resolve("run.json"),
        Json.pretty(Map.of(OutDirectory.DIGEST, OutDirectory.digest(experiment))));
  }

  @Test
  void outDirectory_reportOfTheSameExperiment_isOverwritten() throws Exception {
    leaveReportOf(experiment(1));
    assertThat(OutDirectory.of(experiment(1), out, false, new Screen().errLines()).path(""))
        .isEqualTo(out);
  }

  @Test
  void outDirectory_reportOfAnotherVariant_isRefusedUnlessForced() throws Exception {
    leaveReportOf(experiment(1));
    assertThatThrownBy(() -> OutDirectory.of(experiment(2), out, false, new Screen().errLines()))
        .isInstanceOf(InputException.class)
        .hasMessage(
            out
                + ": has the report of another experiment, or of this one with other fields; choose"
                + " another directory with --out, or overwrite it with --force");
    assertThat(OutDirectory.of(experiment(2), out, true, new Screen().errLines()).path(""))
        .isEqualTo(out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "",
        "[",
        "{\"experiment_digest\": 1}",
        "{\"a\": {\"experiment_digest\": \"0\"}}"
      })
  void outDirectory_runThatDoesNotSayOfWhat_isRefused(String run) throws Exception {
    Files.createDirectories(out);
    Files.writeString(out.resolve("run.json"), run);
    assertThatThrownBy(() -> OutDirectory.of(experiment(1), out, false, new Screen().errLines()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has the report of another experiment");
  }

  @Test
  void outDirectory_inTheStore_isRefused() throws Exception {
    assertThatThrownBy(
            () -> OutDirectory.at(store.root().resolve("cas")).checkIsOutside(store.root()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is in the store");
    OutDirectory.at(out).checkIsOutside(store.root());
  }
}
