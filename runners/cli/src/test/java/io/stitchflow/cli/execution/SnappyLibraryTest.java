package io.stitchflow.cli.execution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.input.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;

/** In processes of their own: a JVM loads Snappy once. */
final class SnappyLibraryTest {
  @TempDir private Path directory;
  private Path cache = Path.of("");
  private Path temporary = Path.of("");

  @BeforeEach
  void prepare() throws Exception {
    cache = directory.resolve("cache");
    temporary = Files.createDirectory(directory.resolve("tmp"));
  }

  @Test
  void prepare_twice_unpacksOnceAndLeavesTheTemporaryDirectoryEmpty() throws Exception {
    assertThat(compress()).containsExactly("compressed");
    assertThat(compress()).containsExactly("compressed");
    assertThat(files(temporary)).isEmpty();
    assertThat(files(cache)).hasSize(1);
  }

  @Test
  void prepare_libraryCutShort_repairsIt() throws Exception {
    compress();
    Path library = files(cache).get(0);
    byte[] whole = Files.readAllBytes(library);
    Files.write(library, new byte[100]);
    assertThat(compress()).containsExactly("compressed");
    assertThat(library).hasBinaryContent(whole);
  }

  @Test
  void prepare_cacheCannotBeWritten_namesItAndTheVariable() throws Exception {
    Files.writeString(cache, "in the way");
    assertThat(compress())
        .singleElement()
        .asString()
        .startsWith("cannot write Snappy's native library to " + cache)
        .endsWith("set DJL_CACHE_DIR to another directory");
  }

  private List<String> compress() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                SnappyLibraryTest.class.getName())
            .redirectErrorStream(true);
    builder.environment().put("DJL_CACHE_DIR", cache.toString());
    Process process = builder.start();
    try (Stream<String> lines = process.inputReader(UTF_8).lines()) {
      return lines.toList();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static List<Path> files(Path directory) throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** Prepares, compresses something, and is killed. */
  public static void main(String[] arguments) throws Exception {
    try {
      SnappyLibrary.prepare(System.getenv());
      assertThat(Snappy.uncompress(Snappy.compress(new byte[1000]))).hasSize(1000);
      System.out.println("compressed");
    } catch (InputException e) {
      System.out.println(e.getMessage());
    }
    Runtime.getRuntime().halt(0); // as a kill: no file is deleted on exit
  }
}
