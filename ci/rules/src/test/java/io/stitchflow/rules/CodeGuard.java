package io.stitchflow.rules;

import io.stitchflow.rules.CodeVersions.Recorded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares the code of all stages with what was recorded of it: under one version of a stage no
 * other code may compute, unless somebody wrote down why its results are the same.
 *
 * @param java the Java that runs, and compiled, the stages
 * @param stages by name of the kind, in the order of the file
 */
record CodeGuard(int java, Map<String, StageState> stages) {
  private static final String CLASS = "io.stitchflow.";

  /**
   * The reason in a task, or null where it gives none.
   *
   * @param task {@code update}, or {@code accept} and a reason
   * @throws IllegalArgumentException if it is neither, or the reason is empty
   */
  static @Nullable String reason(String task) {
    if (task.equals("update")) {
      return null;
    }
    String reason = task.startsWith("accept") ? task.substring("accept".length()).strip() : "";
    if (reason.isEmpty()) {
      throw new IllegalArgumentException(
          "say 'update', or 'accept' and why results stay the same, but not '" + task + "'");
    }
    return reason.replaceAll("\\s+", " ");
  }

  /** What is wrong, each with what to do; empty if nothing is. */
  List<String> problems(CodeVersions recorded) {
    List<String> problems = new ArrayList<>();
    Map<String, List<String>> unexplained = new LinkedHashMap<>();
    stages.forEach(
        (stage, now) -> {
          Recorded then = recorded.stages().get(stage);
          if (then == null) {
            problems.add(stage + ": is new; run: ci/code-versions update");
          } else if (now.version() < then.version()) {
            problems.add(fell(stage, now, then));
          } else if (now.version() > then.version()) {
            problems.add(
                "%s: is at version %d now, recorded is %d; run: ci/code-versions update"
                    .formatted(stage, now.version(), then.version()));
          } else if (!same(now, then, recorded.java())) {
            unexplained
                .computeIfAbsent(changes(now, then, recorded.java()), changes -> new ArrayList<>())
                .add(stage + " (version " + now.version() + ")");
          }
        });
    unexplained.forEach((changes, changed) -> problems.add(waysOut(changed, changes)));
    if (problems.isEmpty()
        && java == recorded.java()
        && !updated(recorded, null).text().equals(recorded.text())) {
      problems.add("code-versions.txt: is not up to date; run: ci/code-versions update");
    }
    return problems;
  }

  /**
   * The record for the code of now.
   *
   * @param reason why code that changed under an unchanged version gives the same results
   * @throws IllegalArgumentException if such code changed and there is no reason, if a version
   *     fell, or if the record is of another Java
   */
  CodeVersions updated(CodeVersions recorded, @Nullable String reason) {
    if (java != recorded.java()) {
      throw new IllegalArgumentException(
          "code-versions.txt: is written with Java %d, this is Java %d, which compiles some code otherwise; set JAVA_HOME to a JDK %d"
              .formatted(recorded.java(), java, recorded.java()));
    }
    Map<String, Recorded> updated = new LinkedHashMap<>();
    List<String> unexplained = new ArrayList<>();
    stages.forEach(
        (stage, now) -> {
          Recorded then = recorded.stages().get(stage);
          if (then != null && now.version() < then.version()) {
            throw new IllegalArgumentException(fell(stage, now, then));
          }
          if (then == null || now.version() > then.version()) {
            updated.put(stage, new Recorded(now.version(), now.digest(), Map.of(), now.parts()));
            return;
          }
          Map<String, String> accepted = new LinkedHashMap<>(then.accepted());
          if (!then.covers(now.digest())) {
            if (reason == null) {
              unexplained.add(stage);
            } else {
              accepted.put(now.digest(), reason);
            }
          }
          updated.put(stage, new Recorded(now.version(), then.first(), accepted, now.parts()));
        });
    if (!unexplained.isEmpty()) {
      throw new IllegalArgumentException(
          "the code of "
              + String.join(", ", unexplained)
              + " changed and the version did not; raise the version in its StageDefinition, or run: ci/code-versions accept \"why results stay the same\"");
    }
    return new CodeVersions(java, updated);
  }

  /** On another Java only what no compiler makes is compared. */
  private boolean same(StageState now, Recorded then, int recordedJava) {
    return java == recordedJava
        ? then.covers(now.digest())
        : withoutClasses(now.parts()).equals(withoutClasses(then.parts()));
  }

  private String changes(StageState now, Recorded then, int recordedJava) {
    SortedMap<String, String> before =
        java == recordedJava ? then.parts() : withoutClasses(then.parts());
    SortedMap<String, String> after =
        java == recordedJava ? now.parts() : withoutClasses(now.parts());
    List<String> changes = new ArrayList<>();
    TreeSet<String> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    for (String part : all) {
      @Nullable String old = before.get(part);
      @Nullable String young = after.get(part);
      if (old == null) {
        changes.add("  added   " + part);
      } else if (young == null) {
        changes.add("  removed " + part);
      } else if (!old.equals(young)) {
        changes.add(
            "  changed " + part + (part.startsWith("library ") ? ": " + old + " -> " + young : ""));
      }
    }
    return changes.isEmpty()
        ? "  nothing since it was recorded, but no reason covers it as it is: changes were merged"
        : String.join("\n", changes);
  }

  private static SortedMap<String, String> withoutClasses(SortedMap<String, String> parts) {
    SortedMap<String, String> others = new TreeMap<>(parts);
    others.keySet().removeIf(part -> part.startsWith(CLASS));
    return others;
  }

  private static String fell(String stage, StageState now, Recorded then) {
    return "%s: its version fell from %d to %d, under which results of other code are stored; raise it above %d"
        .formatted(stage, then.version(), now.version(), then.version());
  }

  private static String waysOut(List<String> stages, String changes) {
    return """
        %s: other code under the same version:
        %s
        If results can change, raise the version of the stage in its StageDefinition, name it in ci/CHANGELOG.md, and run: ci/code-versions update
        If they cannot, run: ci/code-versions accept "why results stay the same"\
        """
        .formatted(String.join(", ", stages), changes);
  }
}
