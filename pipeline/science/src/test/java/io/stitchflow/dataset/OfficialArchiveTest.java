package io.stitchflow.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.dataset.Cifar.Archive;
import io.stitchflow.dataset.Cifar.Member;
import io.stitchflow.download.ArchiveServer;
import io.stitchflow.download.DownloadException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfficialArchiveTest {
  private static final byte[] TRAIN = noise(300_000, 1);
  private static final byte[] TEST = noise(50_000, 2);
  private static final List<Member> MEMBERS =
      List.of(new Member("train", Digest.of(TRAIN)), new Member("test", Digest.of(TEST)));

  @TempDir Path directory;
  private Path datasets = Path.of("");
  private byte[] tar = {};

  @BeforeEach
  void pack() throws IOException {
    datasets = directory.resolve("cache/datasets");
    tar =
        tarOf(
            "small/",
            new byte[0],
            "small/readme.txt",
            bytes("hello"),
            "../evil",
            bytes("outside"),
            "/tmp/../evil",
            bytes("outside"),
            "small/../../evil",
            bytes("outside"),
            "small/train.bin",
            TRAIN,
            "small/test.bin",
            TEST);
  }

  @Test
  void fetch_archive_leavesItsFilesAlone() throws IOException {
    List<Long> progress = new ArrayList<>();
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      OfficialArchive archive = archive(server.uri("/archive"));
      assertThat(archive.isThere(datasets)).isFalse();
      archive.fetch(datasets, (bytes, all) -> progress.add(bytes));
      assertThat(archive.isThere(datasets)).isTrue();
      archive.fetch(datasets, (bytes, all) -> progress.add(-1L));
      assertThat(server.asked()).containsExactly("");
    }
    assertThat(progress).isSorted().startsWith(0L).endsWith((long) tar.length);
    assertThat(Files.readAllBytes(datasets.resolve("small/train.bin"))).isEqualTo(TRAIN);
    assertThat(filesBelow(directory))
        .containsExactlyInAnyOrder(
            "cache/datasets/small.tar.gz.lock",
            "cache/datasets/small/test.bin",
            "cache/datasets/small/train.bin");
  }

  @Test
  void fetch_connectionCut_resumesWhereItWas() throws IOException {
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      server.breakAfter(100_000, 1, 50_000);
      archive(server.uri("/archive")).fetch(datasets, (bytes, all) -> {});
      assertThat(server.asked())
          .containsExactly("", "bytes=100000-", "bytes=100001-", "bytes=150001-");
    }
    assertThat(Files.readAllBytes(datasets.resolve("small/test.bin"))).isEqualTo(TEST);
  }

  @Test
  void fetch_cutForGood_resumesInTheNextProcess() throws IOException {
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      server.breakAfter(100_000, 0, 0, 0);
      assertThatThrownBy(() -> archive(server.uri("/archive")).fetch(datasets, (bytes, all) -> {}))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("broke off at 100,000 of " + String.format("%,d", tar.length))
          .hasMessageContaining("run again to go on from there")
          .hasMessageContaining("small.tar.gz");
      assertThat(datasets.resolve("small")).doesNotExist();
      archive(server.uri("/archive")).fetch(datasets, (bytes, all) -> {});
      assertThat(server.asked().get(server.asked().size() - 1)).isEqualTo("bytes=100000-");
    }
    assertThat(archive(URI.create("http://unused.invalid/")).isThere(datasets)).isTrue();
  }

  @Test
  void fetch_serverWithoutRanges_beginsAgain() throws IOException {
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      server.ignoreRanges();
      server.breakAfter(100_000);
      OfficialArchive archive = archive(server.uri("/archive"));
      archive.fetch(datasets, (bytes, all) -> {});
      assertThat(server.asked()).containsExactly("", "bytes=100000-");
      assertThat(archive.isThere(datasets)).isTrue();
    }
  }

  @Test
  void fetch_otherBytes_areRefusedAndNotKept() throws IOException {
    byte[] other = tar.clone();
    other[other.length / 2] ^= 1;
    try (ArchiveServer server = ArchiveServer.start(other)) {
      assertThatThrownBy(() -> archive(server.uri("/archive")).fetch(datasets, (bytes, all) -> {}))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("hashes to " + Digest.of(other))
          .hasMessageContaining(Digest.of(tar).hex())
          .hasMessageContaining("write the directory of train.bin");
    }
    assertThat(filesBelow(directory)).containsExactly("cache/datasets/small.tar.gz.lock");
  }

  @Test
  void fetch_otherLength_isRefusedBeforeItHasCome() throws IOException {
    try (ArchiveServer server = ArchiveServer.start(Arrays.copyOf(tar, tar.length + 1))) {
      assertThatThrownBy(() -> archive(server.uri("/archive")).fetch(datasets, (bytes, all) -> {}))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining(String.format("has %,d bytes", tar.length + 1));
    }
    assertThat(datasets.resolve("small.tar.gz.part")).doesNotExist();
  }

  @Test
  void url_withAUser_isSeenHoweverItIsWritten() {
    assertThat(
            List.of(
                "http://u:p@host/x",
                "http://u%3Ap%40host/x",
                "HTTPS://u@host",
                "http:u:p@host/x",
                "//u:p@host/x",
                "u:p@host/x",
                "http:///u:p@host/x"))
        .allMatch(OfficialArchive::hasCredentials);
    assertThat(List.of("http://host/@x", "https://host:80/a?b=c@d", "host/x@y"))
        .noneMatch(OfficialArchive::hasCredentials);
  }

  @Test
  void fetch_redirects_areFollowedOnTheWebOnly() throws IOException {
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      assertThatThrownBy(() -> archive(server.uri("/circle")).fetch(datasets, (bytes, all) -> {}))
          .hasMessageContaining("redirects more than 10 times");
      assertThatThrownBy(() -> archive(server.uri("/ftp")).fetch(datasets, (bytes, all) -> {}))
          .hasMessageContaining("redirects to a ftp address that downloads do not follow");
      assertThatThrownBy(
              () -> archive(server.uri("/named?token=t0ken")).fetch(datasets, (bytes, all) -> {}))
          .hasMessageContaining("/named?… redirects to a http address")
          .hasMessageNotContainingAny("secret", "t0ken");
      OfficialArchive archive = archive(server.uri("/moved"));
      archive.fetch(datasets, (bytes, all) -> {});
      assertThat(archive.isThere(datasets)).isTrue();
    }
  }

  @Test
  void fetch_nothingThere_isReportedWithTheStatus() throws IOException {
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      assertThatThrownBy(() -> archive(server.uri("/nowhere")).fetch(datasets, (bytes, all) -> {}))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("answers with status 404")
          .hasMessageContaining("download small.tar.gz in another way, unpack it");
    }
  }

  @Test
  void fetch_noServer_isReportedWithWhatToDo() throws IOException {
    ArchiveServer server = ArchiveServer.start(tar);
    URI gone = server.uri("/archive");
    server.close();
    assertThatThrownBy(() -> archive(gone).fetch(datasets, (bytes, all) -> {}))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("Small set: cannot reach " + gone)
        .hasMessageContaining("download small.tar.gz in another way");
  }

  @Test
  void fetch_fileDamagedLater_isFetchedAnew() throws IOException {
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      OfficialArchive archive = archive(server.uri("/archive"));
      archive.fetch(datasets, (bytes, all) -> {});
      Files.write(datasets.resolve("small/train.bin"), new byte[] {1});
      assertThat(archive.isThere(datasets)).isFalse();
      archive.fetch(datasets, (bytes, all) -> {});
      assertThat(archive.isThere(datasets)).isTrue();
    }
  }

  @Test
  void fetch_archiveWithoutAFile_isReported() throws IOException {
    tar = tarOf("small/train.bin", TRAIN);
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      assertThatThrownBy(() -> archive(server.uri("/archive")).fetch(datasets, (bytes, all) -> {}))
          .hasMessageContaining("lacks the files [small/test.bin]");
    }
    assertThat(datasets.resolve("small")).doesNotExist();
  }

  @Test
  void fetch_severalThreads_downloadOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ArchiveServer server = ArchiveServer.start(tar)) {
      Callable<Boolean> fetch =
          () -> {
            OfficialArchive archive = archive(server.uri("/archive"));
            archive.fetch(datasets, (bytes, all) -> {});
            return archive.isThere(datasets);
          };
      for (Future<Boolean> fetched : threads.invokeAll(List.of(fetch, fetch, fetch, fetch))) {
        assertThat(fetched.get()).isTrue();
      }
      assertThat(server.asked()).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void isUrl_ofTheWeb_only() {
    assertThat(Stream.of("https://a.b/c", "http://localhost:1/c", "HTTP://a/c"))
        .allMatch(OfficialArchive::isUrl);
    assertThat(Stream.of("", "file:///etc/passwd", "ftp://a/b", "a b", "https:///x", "cifar.tgz"))
        .noneMatch(OfficialArchive::isUrl);
  }

  private OfficialArchive archive(URI source) {
    Archive packed = new Archive("small.tar.gz", tar.length, Digest.of(tar).hex(), "small");
    return new OfficialArchive("Small set", packed, MEMBERS, source);
  }

  private static List<String> filesBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .toList();
    }
  }

  /** Names and contents in turn. */
  private static byte[] tarOf(Object... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      for (int i = 0; i < entries.length; i += 2) {
        TarArchiveEntry entry = new TarArchiveEntry((String) entries[i], true);
        byte[] content = (byte[]) entries[i + 1];
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] noise(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
