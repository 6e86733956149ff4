package io.stitchflow.libtorch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A directory with libtorch's libraries.
 *
 * @param lib absolute
 */
record LibtorchDirectory(Path lib) {
  private static final String LIBRARY = System.mapLibraryName("torch");
  // Of PyTorch's own archives, beside lib/
  private static final String ARCHIVE_VERSION = "build-version";
  // Of torch in a Python environment, beside lib/
  private static final String PYTHON_VERSION = "version.py";
  private static final Pattern PYTHON_LINE =
      Pattern.compile("(?m)^__version__\\s*=\\s*['\"]([^'\"]+)['\"]");
  private static final int MOST_VERSION_BYTES = 1 << 16;

  LibtorchDirectory {
    lib = lib.toAbsolutePath();
  }

  /** The first directory of a path, in the form of {@code PATH}, that has libtorch; or null. */
  static @Nullable LibtorchDirectory first(String path) {
    for (String entry : path.split(File.pathSeparator, -1)) {
      if (entry.isEmpty()) {
        continue;
      }
      Path place = Path.of(entry).toAbsolutePath();
      if (place.endsWith(LIBRARY) && Files.isRegularFile(place)) {
        return new LibtorchDirectory(place.resolveSibling(""));
      }
      if (new LibtorchDirectory(place).hasLibrary()) {
        return new LibtorchDirectory(place);
      }
    }
    return null;
  }

  boolean hasLibrary() {
    return Files.isRegularFile(lib.resolve(LIBRARY));
  }

  /** The file that states the version; the archive's one if there is none. */
  Path versionFile() {
    Path archive = lib.resolveSibling(ARCHIVE_VERSION);
    Path python = lib.resolveSibling(PYTHON_VERSION);
    return !Files.isRegularFile(archive) && Files.isRegularFile(python) ? python : archive;
  }

  /** Such as {@code 2.7.1+cu128}; null if no file beside the directory states it. */
  @Nullable String version() {
    Path file = versionFile();
    if (!Files.isRegularFile(file)) {
      return null;
    }
    String text = read(file);
    if (!file.endsWith(PYTHON_VERSION)) {
      return text.trim();
    }
    Matcher line = PYTHON_LINE.matcher(text);
    return line.find() ? line.group(1) : null;
  }

  private static String read(Path file) {
    try {
      return Files.size(file) > MOST_VERSION_BYTES
          ? ""
          : new String(Files.readAllBytes(file), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A directory with {@code libcudart.so} or a numbered version of it, through which DJL counts
   * GPUs: one that {@code stitchflow setup cuda} made, or the package that pip installs beside
   * torch. Null if there is neither.
   */
  @Nullable Path cudaRuntime() {
    Path link = lib.resolveSibling("cudart");
    if (Files.exists(link.resolve(System.mapLibraryName("cudart")))) {
      return link;
    }
    Path python = lib.resolve("../../nvidia/cuda_runtime/lib").normalize();
    return Files.isDirectory(python) ? python : null;
  }
}
