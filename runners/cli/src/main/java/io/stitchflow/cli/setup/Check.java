package io.stitchflow.cli.setup;

import io.stitchflow.content.IoReason;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code doctor} found about one subject.
 *
 * @param text what was found; of a note or problem also what to do
 */
record Check(String name, State state, String text) {
  enum State {
    OK,
    /** Nothing fails, but something is slower or missing. */
    NOTE,
    /** A run fails until it is solved. */
    PROBLEM;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Finds something out; may fail in any way. */
  @FunctionalInterface
  interface Finding {
    Check find() throws Exception;
  }

  static Check ok(String name, String text) {
    return new Check(name, State.OK, text);
  }

  static Check note(String name, String text) {
    return new Check(name, State.NOTE, text);
  }

  static Check problem(String name, String text) {
    return new Check(name, State.PROBLEM, text);
  }

  /** The finding, or a problem with what it failed with. */
  static Check of(String name, Finding finding) {
    try {
      return finding.find();
    } catch (IOException e) {
      return problem(name, IoReason.withFile(e));
    } catch (Exception | LinkageError e) {
      return problem(name, String.valueOf(e.getMessage()));
    }
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("state", state.word());
    json.put("text", text);
    return json;
  }
}
