package io.stitchflow.cli.execution;

import io.stitchflow.cli.command.NativeCache;
import io.stitchflow.cli.input.InputException;
import io.stitchflow.content.IoReason;
import io.stitchflow.content.NoCacheHomeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.OSInfo;
import org.xerial.snappy.SnappyLoader;

/**
 * Snappy's native library, with which Beam compresses what it serialises. Left to itself, Snappy
 * unpacks it into the temporary directory at each start, and a process that is killed leaves it
 * there.
 */
final class SnappyLibrary {
  private static final String RESOURCES = "/org/xerial/snappy/native/";

  private SnappyLibrary() {}

  /**
   * Unpacks the library into the cache of native libraries, unless it is there, and has Snappy load
   * it from there.
   *
   * @throws NoCacheHomeException if the environment names no cache
   * @throws InputException if it cannot be written
   */
  static void prepare(Map<String, String> environment) throws InputException, NoCacheHomeException {
    String name = System.mapLibraryName("snappyjava");
    Path directory =
        NativeCache.of(environment)
            .resolve("snappy-" + SnappyLoader.getVersion() + "-" + OSInfo.getArchName());
    try {
      byte @Nullable [] library = library(name);
      if (library == null || System.getProperty(SnappyLoader.KEY_SNAPPY_LIB_PATH) != null) {
        return; // Snappy finds its own way on this machine
      }
      unpack(library, directory, name);
    } catch (IOException e) {
      throw new InputException(
          "cannot write Snappy's native library to "
              + directory
              + ": "
              + IoReason.of(e)
              + "; make room there, or set DJL_CACHE_DIR to another directory");
    }
    System.setProperty(SnappyLoader.KEY_SNAPPY_LIB_PATH, directory.toString());
    System.setProperty(SnappyLoader.KEY_SNAPPY_LIB_NAME, name);
  }

  private static byte @Nullable [] library(String name) throws IOException {
    String resource = RESOURCES + OSInfo.getNativeLibFolderPathForCurrentOS() + "/" + name;
    try (@Nullable InputStream in = SnappyLoader.class.getResourceAsStream(resource)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  private static void unpack(byte[] library, Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), library)) {
      return;
    }
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, name, ".tmp");
    try {
      Files.write(temporary, library);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
