package io.stitchflow.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourceStatesTest {
  @TempDir Path directory;
  private Path folder = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    folder = Files.createDirectories(directory.resolve("images/train"));
    file = Files.writeString(folder.resolve("one"), "1");
  }

  @Test
  void of_nothingChanged_isEqual() throws IOException {
    assertThat(states(folder)).isEqualTo(states(folder));
    assertThat(states(file).youngest()).isAfter(Instant.EPOCH);
  }

  @Test
  void of_otherBytesUnderTheSameSizeAndTime_differs() throws IOException {
    SourceStates before = states(file);
    FileTime time = Files.getLastModifiedTime(file);
    Object changed = Files.getAttribute(file, "unix:ctime");
    do {
      Files.writeString(file, "2");
      Files.setLastModifiedTime(file, time);
    } while (changed.equals(Files.getAttribute(file, "unix:ctime"))); // within one tick
    assertThat(states(file)).isNotEqualTo(before);
  }

  @Test
  void of_fileAddedInOrBesideAFolder_differs() throws IOException {
    SourceStates before = states(folder);
    Path added = Files.createFile(folder.resolve("two"));
    SourceStates more = states(folder);
    assertThat(more).isNotEqualTo(before);
    Files.delete(added);
    Path parent = folder.getParent();
    Object changed = Files.getAttribute(parent, "unix:ctime");
    SourceStates alone = states(folder);
    do {
      Files.deleteIfExists(folder.resolveSibling("test"));
      Files.createDirectory(folder.resolveSibling("test"));
    } while (changed.equals(Files.getAttribute(parent, "unix:ctime"))); // within one tick
    assertThat(states(folder)).isNotEqualTo(alone);
  }

  @Test
  void of_linkLeadsElsewhere_differs() throws IOException {
    Path other = Files.createDirectories(directory.resolve("other/train"));
    Files.copy(file, other.resolve("one"));
    Path link = Files.createSymbolicLink(directory.resolve("current"), folder.getParent());
    SourceStates before = states(link.resolve("train/one"));
    Files.delete(link);
    Files.createSymbolicLink(link, other.getParent());
    assertThat(states(link.resolve("train/one")).lines()).isNotEqualTo(before.lines());
  }

  @Test
  void of_fileDeleted_saysSo() throws IOException {
    Files.delete(file);
    assertThat(states(file).lines()).containsExactly(file + " absent");
    assertThat(states(file).youngest()).isEqualTo(Instant.MIN);
  }

  private static SourceStates states(Path source) throws IOException {
    return SourceStates.of(List.of(source));
  }
}
