package io.stitchflow.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.libtorch.CudaLibtorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SetupCommandTest {
  private static final String RIGHT = "2.7.1+cu128";
  private static final String LOCK = CudaSetup.ARCHIVE + ".lock";
  private static final String PART = CudaSetup.ARCHIVE + ".part";

  @TempDir Path directory;
  private final Screen screen = new Screen();

  @Test
  void cuda_archiveOnAServer_isFoundInTheCacheAfterwards() throws IOException {
    byte[] zip = ArchiveFiles.libtorch(RIGHT);
    try (FileServer server = FileServer.start(zip)) {
      assertThat(setup(server.url())).as(screen.err()).isEqualTo(ExitCode.DONE);
      assertThat(server.requests()).containsExactly("HEAD", "GET");
      assertThat(screen.err())
          .contains("libtorch 2.7.1+cu128: downloading 196 KiB from " + server.url())
          .contains("libtorch 2.7.1+cu128: 196 KiB of 196 KiB")
          .contains("libtorch 2.7.1+cu128, unpacked: 195 KiB of 195 KiB");
    }
    assertThat(screen.out())
        .isEqualTo(
            "libtorch 2.7.1+cu128 is in "
                + cache(RIGHT)
                + "; compute on the GPU with --device cuda\n");
    assertThat(CudaLibtorch.find(environment()))
        .isEqualTo(new CudaLibtorch(cache(RIGHT + "/lib"), "cache"));
    assertThat(cache(RIGHT + "/include/torch.h")).hasContent("// a header");
    assertThat(cache(RIGHT + "/cudart/" + System.mapLibraryName("cudart"))).hasContent("runtime");
    assertThat(names()).containsExactly(RIGHT, LOCK);
  }

  @Test
  void cuda_secondTime_downloadsNothing() throws IOException {
    try (FileServer server = FileServer.start(ArchiveFiles.libtorch(RIGHT))) {
      setup(server.url());
      assertThat(setup(server.url())).isEqualTo(ExitCode.DONE);
      assertThat(server.requests()).hasSize(2);
    }
    assertThat(screen.out()).contains("libtorch 2.7.1+cu128 is already in " + cache(RIGHT));
  }

  @Test
  void cuda_connectionCut_keepsThePartAndResumes() throws IOException {
    try (FileServer server = FileServer.start(ArchiveFiles.libtorch(RIGHT))) {
      server.breakAfter(0);
      Files.createDirectories(cache(""));
      Files.write(cache(PART), Arrays.copyOf(ArchiveFiles.libtorch(RIGHT), 100_000));
      assertThat(setup(server.url())).isEqualTo(ExitCode.INPUT);
      assertThat(screen.err())
          .contains("broke off at 100,000 of ")
          .contains("run again to go on from there; or download " + CudaSetup.ARCHIVE)
          .contains("--from FILE");
      assertThat(names()).containsExactly(LOCK, PART);

      server.neverBreak();
      assertThat(setup(server.url())).isEqualTo(ExitCode.DONE);
      assertThat(server.requests()).endsWith("HEAD", "GET bytes=100000-");
      assertThat(screen.err()).contains(", of which 98 KiB are there");
    }
    assertThat(names()).containsExactly(RIGHT, LOCK);
  }

  @Test
  void cuda_serverWithoutRanges_beginsAgain() throws IOException {
    try (FileServer server = FileServer.start(ArchiveFiles.libtorch(RIGHT))) {
      server.ignoreRanges();
      Files.createDirectories(cache(""));
      Files.write(cache(PART), new byte[100_000]);
      assertThat(setup(server.url())).as(screen.err()).isEqualTo(ExitCode.DONE);
    }
  }

  @Test
  void cuda_partOfAnotherFile_isFoundDamagedAndDeleted() throws IOException {
    try (FileServer server = FileServer.start(ArchiveFiles.libtorch(RIGHT))) {
      Files.createDirectories(cache(""));
      Files.write(cache(PART), new byte[100_000]);
      assertThat(setup(server.url())).isEqualTo(ExitCode.INPUT);
      assertThat(screen.err()).contains("it was deleted").doesNotContain("Exception");
      assertThat(names()).containsExactly(LOCK);
      assertThat(setup(server.url())).isEqualTo(ExitCode.DONE);
    }
  }

  @Test
  void cuda_nothingAtTheAddress_isReportedWithTheStatus() throws IOException {
    try (FileServer server = FileServer.start(new byte[0])) {
      String url = server.url().replace("/file", "/other");
      assertThat(setup(url)).isEqualTo(ExitCode.INPUT);
      assertThat(screen.err())
          .isEqualTo(
              "stitchflow: libtorch 2.7.1+cu128: "
                  + url
                  + " answers with status 404; or download "
                  + CudaSetup.ARCHIVE
                  + " in another way and pass it with --from FILE\n");
    }
  }

  @Test
  void cuda_archiveOfAnotherVersion_isRefusedWithBoth() throws IOException {
    try (FileServer server = FileServer.start(ArchiveFiles.libtorch("2.6.0+cu126"))) {
      assertThat(setup(server.url())).isEqualTo(ExitCode.INPUT);
      assertThat(screen.err())
          .contains("the file from " + server.url() + " has libtorch 2.6.0+cu126")
          .contains("but libtorch 2.7.1+cu128 is needed; it was deleted");
    }
    assertThat(names()).containsExactly(LOCK);
  }

  @Test
  void cuda_fileThatIsNoArchiveOfLibtorch_isRefusedAndKept() throws IOException {
    Path file = Files.writeString(directory.resolve("page.zip"), "<html>sign in</html>");
    assertThat(setup(file.toString())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(file + " is not a ZIP archive");
    assertThat(file).exists();

    Files.write(file, ArchiveFiles.zip(Map.of("x", new byte[1])));
    assertThat(setup(file.toString())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(file + " has no libtorch/build-version");
    assertThat(names()).containsExactly(LOCK);
  }

  @Test
  void cuda_archiveWithoutTheLibrary_isRefused() throws IOException {
    Map<String, byte[]> entries = ArchiveFiles.entries(RIGHT);
    entries.remove("libtorch/lib/" + System.mapLibraryName("torch"));
    assertThat(setup(file(entries))).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .contains("has no " + System.mapLibraryName("torch") + " in libtorch/lib");
    assertThat(names()).containsExactly(LOCK);
  }

  @Test
  void cuda_entryOutsideTheDirectory_isRefused() throws IOException {
    for (String name : List.of("libtorch/../../evil", "/evil", "../evil", "evil")) {
      Map<String, byte[]> entries = ArchiveFiles.entries(RIGHT);
      entries.put(name, new byte[1]);
      assertThat(setup(file(entries))).isEqualTo(ExitCode.INPUT);
      assertThat(screen.err()).contains("has an entry outside libtorch/: '" + name + "'");
      assertThat(names()).containsExactly(LOCK);
    }
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files).noneMatch(each -> each.endsWith("evil"));
    }
  }

  @Test
  void cuda_damagedFile_isRefused() throws IOException {
    byte[] zip = ArchiveFiles.libtorch(RIGHT);
    zip[100_000] ^= 1;
    Path file = Files.write(directory.resolve("damaged.zip"), zip);
    assertThat(setup(file.toString())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(file + " is damaged (").doesNotContain("Exception");
    assertThat(names()).containsExactly(LOCK);
  }

  @Test
  void cuda_leftOfAnInterruptedStart_isReplaced() throws IOException {
    Files.createDirectories(cache(RIGHT + ".new/lib"));
    Files.createDirectories(cache(RIGHT + "/lib"));
    assertThat(setup(file(ArchiveFiles.entries(RIGHT)))).as(screen.err()).isZero();
    assertThat(names()).containsExactly(RIGHT, LOCK);
  }

  @Test
  void cuda_placeNotWritable_isReportedWithTheVariable() throws IOException {
    Files.createDirectories(directory.resolve("cache"));
    Files.writeString(directory.resolve("cache/libtorch"), "a file where a folder should be");
    assertThat(setup(file(ArchiveFiles.entries(RIGHT)))).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .contains("libtorch 2.7.1+cu128 cannot be kept in " + directory + "/cache/libtorch: ")
        .contains("set DJL_CACHE_DIR to another directory");
  }

  @Test
  void cuda_severalAtOnce_unpackOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (FileServer server = FileServer.start(ArchiveFiles.libtorch(RIGHT))) {
      Callable<Integer> setup =
          () -> new Screen().execute(environment(), "setup", "cuda", "--from", server.url());
      for (Future<Integer> each : threads.invokeAll(List.of(setup, setup, setup, setup))) {
        assertThat(each.get()).isEqualTo(ExitCode.DONE);
      }
      assertThat(server.requests()).containsExactly("HEAD", "GET");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void cuda_fromSomethingElse_isRefusedWithoutItsPassword() {
    for (String from : List.of("ftp://u:secret@host/x", "https://u:secret@host/x", "http://h h")) {
      assertThat(setup(from)).isEqualTo(ExitCode.INPUT);
    }
    assertThat(screen.err().lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("stitchflow: --from: needs a file, or a valid URL"));
    assertThat(screen.err()).doesNotContain("secret");
    assertThat(setup(directory + "/none.zip")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("--from: " + directory + "/none.zip: does not exist; pass");
    assertThat(setup(directory.toString())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("--from: " + directory + ": is not a file; pass");
  }

  @Test
  void setup_ofNothing_saysWhatThereIs() {
    assertThat(screen.execute(environment(), "setup")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("setup of what? choose cuda", "See stitchflow setup --help.");
  }

  @Test
  void official_address_isThatOfPytorch() {
    assertThat(CudaSetup.OFFICIAL)
        .hasToString(
            "https://download.pytorch.org/libtorch/cu128/libtorch-cxx11-abi-shared-with-deps-2.7.1%2Bcu128.zip");
  }

  private int setup(String from) {
    return screen.execute(environment(), "setup", "cuda", "--from", from);
  }

  private Map<String, String> environment() {
    return Map.of("DJL_CACHE_DIR", directory.resolve("cache").toString());
  }

  private Path cache(String name) {
    return directory.resolve("cache/libtorch").resolve(name);
  }

  private String file(Map<String, byte[]> entries) throws IOException {
    return Files.write(directory.resolve("archive.zip"), ArchiveFiles.zip(entries)).toString();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(cache(""))) {
      return files
          .filter(each -> Files.exists(each, LinkOption.NOFOLLOW_LINKS))
          .map(each -> each.getFileName().toString())
          .sorted()
          .toList();
    }
  }
}
