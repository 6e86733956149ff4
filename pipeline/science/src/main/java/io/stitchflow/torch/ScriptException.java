package io.stitchflow.torch;

import ai.djl.engine.EngineException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A TorchScript module could not be loaded or run. The message is one line for people. */
public final class ScriptException extends EngineException {
  private static final long serialVersionUID = 1;

  // An exception that the module raised: its type and message
  private static final Pattern RAISED = Pattern.compile("(?m)^[\\w.]*(?:Error|Exception): .+$");
  private static final Pattern OPERATOR = Pattern.compile("(?s)Unknown builtin op: ([\\w:]+)");
  private static final int MOST_CHARACTERS = 400;

  /**
   * @param what could not be done
   */
  ScriptException(String what, Throwable cause) {
    super(what + ": " + reason(String.valueOf(cause.getMessage())), cause);
  }

  /** With the text itself as the message. */
  public ScriptException(String message) {
    super(message);
  }

  /** What libtorch says without its stack traces: what the module raised, else the first line. */
  private static String reason(String message) {
    Matcher operator = OPERATOR.matcher(message);
    if (operator.find()) {
      return "this version of libtorch has no operator '" + operator.group(1) + "'";
    }
    List<String> raised = RAISED.matcher(message).results().map(found -> found.group()).toList();
    String reason =
        raised.isEmpty()
            ? message.lines().filter(line -> !line.isBlank()).findFirst().orElse("no reason given")
            : raised.get(raised.size() - 1);
    String line = reason.strip().replaceFirst("^(RuntimeError|torch\\.jit\\.Error): ", "");
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "...";
  }
}
