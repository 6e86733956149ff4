package io.stitchflow.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The patches that break gates on purpose fit the code, so that the nightly run can apply them. */
class BrokenGatesTest {
  private static final Pattern PART = Pattern.compile("(?m)^diff --git ");
  private static final Pattern FILE = Pattern.compile("(?m)^\\+\\+\\+ b/(.*)$");
  private static final Pattern HUNK = Pattern.compile("(?m)^@@ .*@@.*\\R((?:[ +-].*(?:\\R|$)|$)+)");

  @Test
  void patches_ofBrokenGates_fitTheCode() throws IOException {
    List<Path> patches;
    try (Stream<Path> all = Files.list(Project.root().resolve("ci/broken-gates"))) {
      patches = all.filter(file -> file.toString().endsWith(".patch")).toList();
    }
    assertThat(patches).isNotEmpty();
    for (Path patch : patches) {
      for (String part : PART.splitAsStream(Files.readString(patch)).toList()) {
        Matcher file = FILE.matcher(part);
        if (file.find()) {
          List<String> hunks = HUNK.matcher(part).results().map(BrokenGatesTest::before).toList();
          assertThat(hunks).as("%s", patch).isNotEmpty();
          assertThat(Files.readString(Project.root().resolve(file.group(1))))
              .as("%s; make the patch anew", patch)
              .contains(hunks);
        }
      }
    }
  }

  /** The lines that a part of a patch expects. */
  private static String before(MatchResult hunk) {
    return hunk.group(1)
        .lines()
        .filter(line -> !line.startsWith("+"))
        .map(line -> line.isEmpty() ? line : line.substring(1))
        .collect(Collectors.joining("\n"));
  }
}
