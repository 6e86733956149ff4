package io.stitchflow.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Arrow for JavaScript, run by node: shares no code with what wrote the files.
 *
 * <p>As a condition it leaves tests out, and says so, where node or the library is missing; where
 * the environment says {@code CI=true} the tests run and fail instead.
 */
final class ForeignReader implements ExecutionCondition {
  private static final Path FOLDER = Path.of("foreign-reader").toAbsolutePath();
  private static final String NODE = System.getProperty("stitchflow.node", "node");
  private static final Path MODULES =
      Path.of(
              System.getProperty(
                  "stitchflow.node.modules", FOLDER.resolve("node_modules").toString()))
          .toAbsolutePath();

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String missing = missing();
    if (missing == null) {
      return ConditionEvaluationResult.enabled("node and its modules are there");
    }
    if ("true".equals(System.getenv("CI"))) {
      return ConditionEvaluationResult.enabled("CI leaves no test out");
    }
    System.err.println("LEFT OUT: " + context.getDisplayName() + ": " + missing);
    return ConditionEvaluationResult.disabled(missing);
  }

  /** What the library reads in {@code arrowFile}, as {@code read.mjs} says. */
  static JsonNode read(Path arrowFile) throws IOException {
    return read(arrowFile, 0);
  }

  /** The same, with values from {@code firstRow} on only. */
  static JsonNode read(Path arrowFile, int firstRow) throws IOException {
    String missing = missing();
    if (missing != null) {
      throw new IllegalStateException(missing);
    }
    return new ObjectMapper()
        .readTree(
            run(
                NODE,
                FOLDER.resolve("read.mjs").toString(),
                arrowFile.toString(),
                Integer.toString(firstRow)));
  }

  /** What is missing, and what to do; null if nothing is. */
  private static @Nullable String missing() {
    if (!Files.isDirectory(MODULES.resolve("apache-arrow"))) {
      return MODULES
          + " has no apache-arrow; run `npm ci` in ci/acceptance/foreign-reader"
          + " or set -Dstitchflow.node.modules";
    }
    try {
      run(NODE, "--version");
      return null;
    } catch (IOException e) {
      return NODE + " does not run; install Node.js or set -Dstitchflow.node: " + e.getMessage();
    }
  }

  private static String run(String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("NODE_PATH", MODULES.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(String.join(" ", command) + " ended with status " + status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return output;
  }
}
