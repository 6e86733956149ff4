package io.stitchflow.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.setup.Check.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChecksTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"11.0.2, PROBLEM", "17.0.1, OK", "21, OK"})
  void java_eachVersion_needs17(String version, State state) {
    Check check = MachineChecks.java(Runtime.Version.parse(version), "/jdk");
    assertThat(check.state()).isEqualTo(state);
    assertThat(check.text()).startsWith(version + " in /jdk");
  }

  @ParameterizedTest
  @CsvSource({"500, 1, PROBLEM", "1500, 1, NOTE", "4000, 4, NOTE", "2048, 1, OK", "9000, 4, OK"})
  void memory_ofLanes_isOneGibibyteEachAndOneForTheProcess(long mebibytes, int lanes, State state) {
    assertThat(MachineChecks.memory(mebibytes << 20, lanes).state()).isEqualTo(state);
  }

  @Test
  void memory_ofThisMachine_isRead() throws IOException {
    assertThat(MachineChecks.memory().text()).containsPattern("^[0-9.]+ [MGT]iB available for ");
  }

  @Test
  void locale_notUtf8_isANoteWithTheVariable() {
    assertThat(MachineChecks.locale("UTF-8").state()).isEqualTo(State.OK);
    Check ascii = MachineChecks.locale("ANSI_X3.4-1968");
    assertThat(ascii.state()).isEqualTo(State.NOTE);
    assertThat(ascii.text()).contains("ANSI_X3.4-1968", "LC_ALL=C.UTF-8");
  }

  @Test
  void disk_eachFreeSpace_isJudged() {
    assertThat(PlaceChecks.disk(directory, 500L << 20).state()).isEqualTo(State.PROBLEM);
    assertThat(PlaceChecks.disk(directory, 5L << 30).state()).isEqualTo(State.NOTE);
    assertThat(PlaceChecks.disk(directory, 50L << 30))
        .isEqualTo(Check.ok("disk", "50 GiB free for " + directory));
  }

  @Test
  void temporary_missing_isAProblem() throws IOException {
    assertThat(MachineChecks.temporary(directory).state()).isEqualTo(State.OK);
    Check missing = MachineChecks.temporary(directory.resolve("none"));
    assertThat(missing.state()).isEqualTo(State.PROBLEM);
    assertThat(missing.text()).contains("none: is not a directory", "-Djava.io.tmpdir=DIR");
  }

  @Test
  void nativeCache_eachPlace_isJudged() throws IOException {
    Path cache = directory.resolve("a/b");
    Check absent = nativeCache(cache);
    assertThat(absent.state()).isEqualTo(State.OK);
    assertThat(absent.text()).contains("libtorch is unpacked there once");
    assertThat(directory).isEmptyDirectory();

    Files.createDirectories(cache.resolve("pytorch/2.7.1-cpu-linux-x86_64"));
    assertThat(nativeCache(cache)).isEqualTo(Check.ok("native cache", cache + ": has libtorch"));

    Path file = Files.createFile(directory.resolve("file"));
    Check inTheWay = nativeCache(file.resolve("cache"));
    assertThat(inTheWay.state()).isEqualTo(State.PROBLEM);
    assertThat(inTheWay.text())
        .isEqualTo(file + ": is not a directory; set DJL_CACHE_DIR to another directory");
  }

  private static Check nativeCache(Path cache) throws IOException {
    return PlaceChecks.nativeCache(Map.of("DJL_CACHE_DIR", cache.toString()));
  }

  @Test
  void gpu_toolMissingOrFailing_isANote() throws IOException {
    Check missing = MachineChecks.gpu(Map.of("PATH", directory.toString()));
    assertThat(missing.state()).isEqualTo(State.NOTE);
    assertThat(missing.text()).contains("no nvidia-smi in PATH");
    assertThat(MachineChecks.gpu(Map.of()).state()).isEqualTo(State.NOTE);

    Files.createFile(
        directory.resolve("nvidia-smi"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    assertThat(MachineChecks.gpu(Map.of("PATH", directory.toString())).state())
        .isNotEqualTo(State.PROBLEM);
  }

  @Test
  void gpu_withAndWithoutLibtorch_namesThePlaceOrTheRemedy() throws IOException {
    Map<String, String> environment = Map.of("DJL_CACHE_DIR", directory.toString());
    Check missing = MachineChecks.gpu("cuda-sm_90", environment);
    assertThat(missing.state()).isEqualTo(State.NOTE);
    assertThat(missing.text())
        .startsWith("cuda-sm_90, but libtorch 2.7.1+cu128 was not found: ")
        .contains("run 'stitchflow setup cuda'");

    Path libtorch = directory.resolve("libtorch/2.7.1+cu128");
    Path lib = Files.createDirectories(libtorch.resolve("lib"));
    Files.createFile(lib.resolve(System.mapLibraryName("torch")));
    Files.writeString(libtorch.resolve("build-version"), "2.7.1+cu128");
    assertThat(MachineChecks.gpu("cuda-sm_90", environment))
        .isEqualTo(
            Check.ok(
                "gpu",
                "cuda-sm_90; libtorch 2.7.1+cu128 in "
                    + lib
                    + " (cache); compute on it with --device cuda"));
  }

  @Test
  void cluster_addressWithAndWithoutAServer_isJudged() throws Exception {
    String address;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
      assertThat(PlaceChecks.cluster(address).state()).isEqualTo(State.OK);
    }
    Check closed = PlaceChecks.cluster(address);
    assertThat(closed.state()).isEqualTo(State.PROBLEM);
    assertThat(closed.text())
        .isEqualTo(address + ": nothing answers there; start the cluster, or check the address");
    assertThat(PlaceChecks.cluster("[local]").state()).isEqualTo(State.OK);
    assertThatThrownBy(() -> PlaceChecks.cluster("http://x"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--flink-master: needs HOST:PORT");
  }

  @Test
  void finding_thatFails_isAProblemWithoutClassNames() {
    Check io =
        Check.of(
            "a",
            () -> {
              throw new NoSuchFileException("/x");
            });
    assertThat(io).isEqualTo(Check.problem("a", "/x: does not exist"));
    Check linkage =
        Check.of(
            "a",
            () -> {
              throw new UnsatisfiedLinkError("libgomp.so.1: cannot open");
            });
    assertThat(linkage).isEqualTo(Check.problem("a", "libgomp.so.1: cannot open"));
  }
}
