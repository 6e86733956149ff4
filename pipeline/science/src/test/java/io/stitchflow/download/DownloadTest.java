package io.stitchflow.download;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
  private static final byte[] FILE = "a file of some bytes, ".repeat(20).getBytes(UTF_8);

  @TempDir Path directory;

  @Test
  void run_serverStalls_endsAndSaysSoAndKeepsWhatCame() throws IOException {
    Path part = directory.resolve("part");
    try (ArchiveServer server = ArchiveServer.start(FILE)) {
      Download download =
          new Download(
              new HttpFile(server.uri("/stalled")), FILE.length, part, Duration.ofMillis(200));
      assertThatThrownBy(() -> download.run((bytes, all) -> {}))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("is too slow: less than 262,144 bytes in 0 seconds, 100 of ");
    }
    assertThat(part).hasSize(ArchiveServer.STALLED_AFTER);
  }

  @Test
  void run_partOfTheFile_asksForTheRest() throws IOException {
    Path part = Files.write(directory.resolve("part"), Arrays.copyOf(FILE, 100));
    try (ArchiveServer server = ArchiveServer.start(FILE)) {
      HttpFile source = new HttpFile(server.uri("/archive"));
      new Download(source, source.sizeBytes(), part).run((bytes, all) -> {});
      assertThat(server.asked()).containsExactly("bytes=100-");
    }
    assertThat(part).hasBinaryContent(FILE);
  }

  @Test
  void sizeBytes_fileThatIsMissing_isReportedWithTheStatus() throws IOException {
    try (ArchiveServer server = ArchiveServer.start(FILE)) {
      assertThat(new HttpFile(server.uri("/moved")).sizeBytes()).isEqualTo(FILE.length);
      assertThatThrownBy(() -> new HttpFile(server.uri("/nowhere")).sizeBytes())
          .isInstanceOf(DownloadException.class)
          .hasMessage(server.uri("/nowhere") + " answers with status 404");
    }
  }
}
