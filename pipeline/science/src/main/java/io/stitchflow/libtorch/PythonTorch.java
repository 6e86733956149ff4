package io.stitchflow.libtorch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The Python package torch of an environment.
 *
 * @param environment what made the environment the active one, for people
 * @param directory of the package; null if the environment has none
 */
record PythonTorch(String environment, @Nullable Path directory) {
  /** Longer than an interpreter on a network file system needs to start. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** Prints where torch is, without importing it; the working directory is not searched. */
  private static final String PROGRAM =
      """
      import importlib.util, sys
      if sys.path[:1] == ['']: del sys.path[0]
      spec = importlib.util.find_spec('torch')
      print(spec.origin if spec and spec.origin else '')
      """;

  /**
   * The packages of a virtual or Conda environment, one for each version of Python in it.
   *
   * @param variable that contains the environment's directory
   */
  static List<PythonTorch> ofVariable(String variable, String value) {
    String environment = variable + " (" + value + ")";
    Path lib = Path.of(value, "lib");
    List<Path> packages = new ArrayList<>();
    if (Files.isDirectory(lib)) {
      try (DirectoryStream<Path> versions = Files.newDirectoryStream(lib, "python3*")) {
        for (Path version : versions) {
          Path torch = version.resolve("site-packages/torch");
          if (Files.isDirectory(torch)) {
            packages.add(torch);
          }
        }
      } catch (IOException e) {
        // A directory that cannot be listed is none to load from
      }
    }
    Collections.sort(packages);
    return packages.isEmpty()
        ? List.of(new PythonTorch(environment, null))
        : packages.stream().map(torch -> new PythonTorch(environment, torch)).toList();
  }

  /**
   * The package of the first {@code python3}.
   *
   * @param path in the form of {@code PATH}
   */
  static PythonTorch ofInterpreter(String path) {
    return ofInterpreter(path, TIMEOUT);
  }

  static PythonTorch ofInterpreter(String path, Duration timeout) {
    for (String entry : path.split(File.pathSeparator, -1)) {
      Path python = Path.of(entry, "python3");
      if (!entry.isEmpty() && Files.isRegularFile(python) && Files.isExecutable(python)) {
        return ask(python, timeout);
      }
    }
    return new PythonTorch("python3 (not in PATH)", null);
  }

  private static PythonTorch ask(Path python, Duration timeout) {
    ProcessBuilder builder = new ProcessBuilder(python.toString(), "-c", PROGRAM);
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return new PythonTorch(
            python + " (no answer in " + timeout.toSeconds() + " seconds)", null);
      }
      String origin = new String(process.getInputStream().readAllBytes(), UTF_8).trim();
      if (process.exitValue() != 0) {
        return new PythonTorch(python + " (exit code " + process.exitValue() + ")", null);
      }
      Path file = Path.of(origin).toAbsolutePath();
      return new PythonTorch(
          python.toString(),
          origin.isEmpty() || !file.endsWith("torch/__init__.py") ? null : file.getParent());
    } catch (IOException e) {
      return new PythonTorch(python + " (cannot be started)", null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new PythonTorch(python + " (interrupted)", null);
    }
  }
}
