package io.stitchflow.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class BoundedReaderTest {
  @TempDir private Path directory;

  @Test
  void file_upToTheBound_isRead() throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[] {1, 2, 3});

    assertThat(BoundedReader.file(file, 3)).containsExactly(1, 2, 3);
  }

  @Test
  void file_overTheBound_isRefused() throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[4]);

    assertThatThrownBy(() -> BoundedReader.file(file, 3))
        .isInstanceOf(FileSystemException.class)
        .hasMessage(file + ": larger than 3 bytes");
  }

  @Test
  void file_endlessDevice_isRefusedUnread() {
    assertThatThrownBy(() -> BoundedReader.file(Path.of("/dev/zero"), 3))
        .hasMessage("/dev/zero: not a regular file");
  }

  @Test
  void file_linkToADevice_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/zero"));

    assertThatThrownBy(() -> BoundedReader.file(link, 3)).hasMessage(link + ": not a regular file");
  }

  @Test
  void file_fifoWithoutAWriter_isRefusedWithoutWaiting() throws Exception {
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> BoundedReader.file(fifo, 3)).hasMessage(fifo + ": not a regular file");
  }

  @Test
  void file_directory_isRefused() {
    assertThatThrownBy(() -> BoundedReader.file(directory, 3))
        .hasMessage(directory + ": is a directory");
  }

  @Test
  void file_missing_isReportedAsMissing() {
    assertThatThrownBy(() -> BoundedReader.file(directory.resolve("none"), 3))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void stream_overTheBound_isReadNoFurtherThanOneByteMore() throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(new byte[10]);

    assertThatThrownBy(() -> BoundedReader.stream(in, "answer", 3))
        .hasMessage("answer: larger than 3 bytes");
    assertThat(in.available()).isEqualTo(6);
  }
}
