package io.stitchflow.rules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The code that each stage was last seen with, as {@code code-versions.txt} holds it.
 *
 * <p>Every line names its stage, so that lines of two branches may stand in one file until it is
 * rewritten: of two lines for one thing the later counts, of two versions the higher.
 *
 * @param java the Java whose compiler made the classes, such as 17
 * @param stages by name of the stage's kind
 */
record CodeVersions(int java, Map<String, Recorded> stages) {
  private static final String HEAD =
      "# The code that each stage computes with. Written by ci/code-versions; ci/rules/README.md tells more.\n";

  CodeVersions {
    stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
  }

  /**
   * A stage.
   *
   * @param first the digest of its code when the version was set
   * @param accepted why later code under the same version gives the same results, by its digest
   * @param parts as in {@link StageState}
   */
  record Recorded(
      int version, String first, Map<String, String> accepted, SortedMap<String, String> parts) {
    Recorded {
      accepted = Collections.unmodifiableMap(new LinkedHashMap<>(accepted));
      parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
    }

    boolean covers(String digest) {
      return first.equals(digest) || accepted.containsKey(digest);
    }
  }

  /**
   * What a file says.
   *
   * @throws IllegalArgumentException if a line is none of such a file
   */
  static CodeVersions parse(String text) {
    int java = 0;
    Map<String, Reading> readings = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (words.length == 2 && words[0].equals("java")) {
        java = number(words[1], line);
      } else if (words.length == 4 && List.of("stage", "accepted", "code").contains(words[0])) {
        readings.computeIfAbsent(words[1], stage -> new Reading()).add(words, line);
      } else {
        throw wrong(line);
      }
    }
    Map<String, Recorded> stages = new LinkedHashMap<>();
    readings.forEach((stage, reading) -> stages.put(stage, reading.recorded()));
    return new CodeVersions(java, stages);
  }

  /** The file. */
  String text() {
    List<String> lines = new ArrayList<>();
    lines.add("java " + java);
    stages.forEach(
        (stage, recorded) -> {
          lines.add(String.join(" ", "stage", stage, recorded.version() + "", recorded.first()));
          recorded
              .accepted()
              .forEach(
                  (digest, why) -> lines.add(String.join(" ", "accepted", stage, digest, why)));
          recorded
              .parts()
              .forEach((part, hash) -> lines.add(String.join(" ", "code", stage, hash, part)));
        });
    return HEAD + String.join("\n", lines) + "\n";
  }

  private static int number(String word, String line) {
    if (!word.matches("[0-9]{1,6}")) {
      throw wrong(line);
    }
    return Integer.parseInt(word);
  }

  private static IllegalArgumentException wrong(String line) {
    return new IllegalArgumentException(
        "code-versions.txt: no such line can stand there: '"
            + line
            + "'; after a merge keep the lines of both sides, without the marks between them");
  }

  private static final class Reading {
    private int version;
    private @Nullable String first;
    private final Map<String, String> accepted = new LinkedHashMap<>();
    private final SortedMap<String, String> parts = new TreeMap<>();

    void add(String[] words, String line) {
      if (words[0].equals("accepted")) {
        accepted.put(words[2], words[3]);
      } else if (words[0].equals("code")) {
        parts.put(words[3], words[2]);
      } else if (number(words[2], line) >= version) {
        version = number(words[2], line);
        first = words[3];
      }
    }

    Recorded recorded() {
      return new Recorded(version, first == null ? "" : first, accepted, parts);
    }
  }
}
