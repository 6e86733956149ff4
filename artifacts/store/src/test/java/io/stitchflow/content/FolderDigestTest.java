package io.stitchflow.content;

import static io.stitchflow.store.StoreFiles.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDigestTest {
  @TempDir Path directory;

  @Test
  void of_files_isTheHashOfTheirSortedPathsAndDigests() throws IOException {
    write("b/2.png", "two");
    write("a/1.png", "one");
    write("a/.hidden", "three");
    write(".git/x", "four");
    Files.createDirectory(directory.resolve("empty"));
    ByteArrayOutputStream listed = new ByteArrayOutputStream();
    listed.writeBytes(bytes("a/1.png\0"));
    listed.writeBytes(Digest.of(bytes("one")).bytes().toByteArray());
    listed.writeBytes(bytes("b/2.png\0"));
    listed.writeBytes(Digest.of(bytes("two")).bytes().toByteArray());
    assertThat(FolderDigest.of(directory)).isEqualTo(Digest.of(listed.toByteArray()));
  }

  @Test
  void of_otherNameOrContent_isAnother() throws IOException {
    write("a/1.png", "one");
    Digest first = FolderDigest.of(directory);
    write("a/1.png", "two");
    assertThat(FolderDigest.of(directory)).isNotEqualTo(first);
    write("a/1.png", "one");
    assertThat(FolderDigest.of(directory)).isEqualTo(first);
    Files.move(directory.resolve("a/1.png"), directory.resolve("a/2.png"));
    assertThat(FolderDigest.of(directory)).isNotEqualTo(first);
  }

  @Test
  void of_links_areFollowed() throws IOException {
    write("real/1.png", "one");
    Digest real = FolderDigest.of(directory.resolve("real"));
    Path links = Files.createDirectory(directory.resolve("links"));
    Files.createSymbolicLink(links.resolve("1.png"), directory.resolve("real/1.png"));
    assertThat(FolderDigest.of(links)).isEqualTo(real);
  }

  private void write(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes(content));
  }
}
