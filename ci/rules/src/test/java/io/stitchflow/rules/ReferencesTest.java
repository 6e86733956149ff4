package io.stitchflow.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The classes, files and headings that Markdown files name exist. Records of decisions and
 * measurements may name what is gone.
 */
class ReferencesTest {
  /** Names of other projects, and of architectures, that documents mention. */
  private static final Set<String> FOREIGN =
      Set.of(
          "Dockerfile",
          "Locale",
          "Math",
          "PlainNet18",
          "PlainNet34",
          "ResNet18",
          "ResNet34",
          "ServiceLoader",
          "SplittableRandom");

  /** First directories of paths in a store, a report or a build, not in the project. */
  private static final Pattern ELSEWHERE =
      Pattern.compile(
          "(ac|action|cas|conf|FLINK|heatmaps|index|log|META-INF|network|nondeterminism|quarantine|runs"
              + "|stitchflow-out|target|tmp|unsent|DIR|flink\\.apache\\.org)/.*|.*/target/.*");

  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern SIMPLE =
      Pattern.compile("([A-Z][a-z0-9]\\w*)(?:[.#]\\w+)?(?:\\(\\))?");
  private static final Pattern QUALIFIED =
      Pattern.compile("(?:io\\.stitchflow\\.)?((?:[a-z]+\\.)+[A-Z]\\w+)");
  private static final Pattern PACKAGE = Pattern.compile("io\\.stitchflow((?:\\.[a-z]+)+)");
  private static final Pattern PATH = Pattern.compile("(?:\\.?\\w[\\w.-]*/)+[\\w.-]*");
  private static final Pattern TYPE =
      Pattern.compile("(?m)^\\s*(?:[a-z]+ )*(?:class|interface|record|enum|message) ([A-Z]\\w*)");

  private static final Path ROOT = Project.root();

  @Test
  void classes_inBackticks_exist() throws IOException {
    Set<String> simple = new HashSet<>(FOREIGN);
    Set<String> qualified = new HashSet<>();
    for (Path source : files(".*\\.(java|proto)")) {
      types(Files.readString(ROOT.resolve(source))).forEach(simple::add);
      String path = source.toString().replace('/', '.');
      Matcher java = Pattern.compile(".*\\.io\\.stitchflow\\.(.*)\\.java").matcher(path);
      if (java.matches()) {
        qualified.add(java.group(1));
        qualified.add(java.group(1).replaceFirst("\\.?\\w+$", ""));
      }
    }
    assertThat(simple).contains("Store", "DatasetKind", "Experiment");
    List<String> unknown = new ArrayList<>();
    for (Path document : documents()) {
      for (String code : code(document)) {
        Matcher name = SIMPLE.matcher(code);
        Matcher full = QUALIFIED.matcher(code);
        Matcher inPackage = PACKAGE.matcher(code);
        if ((name.matches() && !simple.contains(name.group(1)))
            || (full.matches() && !qualified.contains(full.group(1)))
            || (inPackage.matches() && !qualified.contains(inPackage.group(1).substring(1)))) {
          unknown.add(document + ": " + code);
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void paths_inBackticks_exist() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path document : documents()) {
      for (String code : code(document)) {
        if (PATH.matcher(code).matches()
            && !ELSEWHERE.matcher(code).matches()
            && !Files.exists(ROOT.resolve(code))
            && !Files.exists(ROOT.resolve(document).resolveSibling(code))) {
          missing.add(document + ": " + code);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void links_toFilesAndHeadings_exist() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : files(".*\\.md")) {
      for (MatchResult link : matches(LINK, prose(document))) {
        String[] target = link.group(1).split("#", 2);
        if (link.group(1).matches("(https?|mailto):.*")) {
          continue;
        }
        Path file = target[0].isEmpty() ? document : document.resolveSibling(target[0]).normalize();
        if (!Files.exists(ROOT.resolve(file))
            || (target.length > 1 && !anchors(file).contains(target[1]))) {
          broken.add(document + ": " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void types_ofJavaAndProto_areFoundWhereTheyAreDeclared() {
    assertThat(
            types("/** A class Of prose. */\npublic final class Outer {\n  record Inner() {}\n}"))
        .containsExactly("Outer", "Inner");
    assertThat(types("message Stage {\n  enum Kind {")).containsExactly("Stage", "Kind");
  }

  private static List<String> types(String source) {
    return matches(TYPE, source).stream().map(type -> type.group(1)).toList();
  }

  /** As GitHub makes them of headings. */
  private static List<String> anchors(Path document) throws IOException {
    return matches(HEADING, prose(document)).stream()
        .map(
            heading ->
                heading
                    .group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\w -]", "")
                    .replace(' ', '-'))
        .toList();
  }

  private static List<String> code(Path document) throws IOException {
    return matches(CODE, prose(document)).stream().map(code -> code.group(1)).toList();
  }

  /** Without code blocks. */
  private static String prose(Path document) throws IOException {
    return FENCED.matcher(Files.readString(ROOT.resolve(document))).replaceAll("");
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  /** Documents that describe the project as it is. */
  private static List<Path> documents() throws IOException {
    return files(".*\\.md").stream()
        .filter(file -> !file.toString().matches(".*(DECISIONS|MEASUREMENTS|CHANGELOG)\\.md"))
        .toList();
  }

  /** From the root of the project. */
  private static List<Path> files(String name) throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.map(ROOT::relativize)
          .filter(file -> file.toString().matches(name))
          .filter(file -> !file.toString().matches("(.*/)?(target|node_modules|\\.git)/.*"))
          .toList();
    }
  }
}
