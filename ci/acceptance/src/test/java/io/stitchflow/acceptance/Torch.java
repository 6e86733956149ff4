package io.stitchflow.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * PyTorch and numpy, run by Python: they share no code with what is checked against them.
 *
 * <p>As a condition it leaves tests out, and says so, where they are missing; where the environment
 * says {@code CI=true} the tests run and fail instead.
 */
final class Torch implements ExecutionCondition {
  static final String PYTHON = System.getProperty("stitchflow.python", "python3");
  private static final Path SCRIPT = Path.of("torch", "cross_check.py").toAbsolutePath();
  private static final Path PROGRAMS = Path.of("torch", "programs.py").toAbsolutePath();
  private static final Path ORACLE = Path.of("oracle", "oracle.py").toAbsolutePath();

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String missing = missing();
    if (missing == null) {
      return ConditionEvaluationResult.enabled("PyTorch and numpy are there");
    }
    if ("true".equals(System.getenv("CI"))) {
      return ConditionEvaluationResult.enabled("CI leaves no test out");
    }
    System.err.println("LEFT OUT: " + context.getDisplayName() + ": " + missing);
    return ConditionEvaluationResult.disabled(missing);
  }

  /** What {@code cross_check.py TASK DIRECTORY} prints. */
  static String run(String task, Path directory) throws IOException {
    return python(SCRIPT.toString(), task, directory.toString());
  }

  /**
   * What {@code oracle.py STORE CELLS FILE...} prints.
   *
   * @param imports files that the experiment reads
   * @throws IOException with what it prints, if a number differs
   */
  static String oracle(Path store, Path cells, List<Path> imports) throws IOException {
    return python(
        Stream.concat(Stream.of(ORACLE, store, cells), imports.stream())
            .map(Path::toString)
            .toArray(String[]::new));
  }

  /** Writes programs into the directory, with what PyTorch computes by them. */
  static void programs(Path directory) throws IOException {
    python(PROGRAMS.toString(), directory.toString());
  }

  /** What is missing, and what to do; null if nothing is. */
  private static @Nullable String missing() {
    try {
      python("-c", "import torch, numpy");
      return null;
    } catch (IOException e) {
      return "Python finds no PyTorch and numpy; install Debian's python3-torch and python3-numpy, or"
          + " set -Dstitchflow.python: "
          + e.getMessage();
    }
  }

  private static String python(String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = PYTHON;
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(
            String.join(" ", command) + " ended with status " + status + ":\n" + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return output;
  }
}
