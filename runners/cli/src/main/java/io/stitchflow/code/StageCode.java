package io.stitchflow.code;

import io.stitchflow.content.Digest;
import io.stitchflow.stage.StageDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The code that a stage computes with: every class of ours that its executor mentions, and every
 * class that those mention, and so on. Said of each part is a hash of what it computes, or, of a
 * library, its version.
 *
 * <p>A part is a class ({@code io.stitchflow.torch.Sgd}), a file beside a class ({@code
 * io/stitchflow/report/report.html.mustache}), how a message of an artifact is written ({@code
 * message Comparison}), or a library that one of the classes calls ({@code library ejml-core}).
 *
 * <p>Not among them: what hands an executor its inputs, since no class of the stage mentions it;
 * messages that an action is made of, since the key holds what they say; DJL and libtorch, which
 * are in the key by version; Java.
 *
 * @param parts hash or version, by name
 */
public record StageCode(SortedMap<String, String> parts) {
  private static final String OURS = "io/stitchflow/";
  private static final String MESSAGES = OURS + "v1/";
  private static final String IN_THE_KEY = "ai/djl/";

  public StageCode {
    parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
  }

  /**
   * The code that each stage's executor computes with.
   *
   * @throws IOException if a class file cannot be read
   */
  public static Map<StageDefinition, StageCode> of(List<StageDefinition> stages)
      throws IOException {
    Map<StageDefinition, StageCode> codes = new LinkedHashMap<>();
    try (ClassFiles files = new ClassFiles(StageCode.class.getClassLoader())) {
      for (StageDefinition stage : stages) {
        codes.put(stage, reachedFrom(stage.executor().getClass().getName(), files));
      }
    }
    return codes;
  }

  /** The code that a class computes with. */
  static StageCode reachedFrom(String className, ClassFiles files) throws IOException {
    Messages messages = new Messages();
    SortedMap<String, String> parts = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    open.add(className.replace('.', '/'));
    while (!open.isEmpty()) {
      String name = open.remove();
      if (!seen.add(name)) {
        continue;
      }
      if (name.startsWith(MESSAGES)) {
        parts.putAll(messages.of(name.substring(MESSAGES.length())));
      } else if (name.startsWith(OURS)) {
        ClassCode code = files.code(name);
        parts.put(name.replace('/', '.'), code.digest().hex());
        parts.putAll(files.beside(name));
        open.addAll(code.references());
      } else if (!name.startsWith(IN_THE_KEY)) {
        parts.putAll(files.library(name));
      }
    }
    return new StageCode(parts);
  }

  /** SHA-256 over all parts. */
  public Digest digest() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> part : parts.entrySet()) {
      text.append(part.getKey()).append('\n').append(part.getValue()).append('\n');
    }
    return Digest.of(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
