package io.stitchflow.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Plain technical English in help, errors, Javadoc, proto comments and documents. */
class ProseTest {
  /** Each phrase has a plain noun or verb that replaces it. */
  private static final List<Pattern> AVOIDED =
      Stream.of(
              "whoever",
              "(is|are|was|were|be|been) told",
              "(?<!there )is no (?!longer|more)",
              "there are none",
              "in vain",
              "hears?",
              "heeds?",
              "gone without",
              "at hand",
              "anew",
              "goes alone",
              "takes from the store",
              "what nobody")
          .map(words -> Pattern.compile("\\b" + words + "\\b", Pattern.CASE_INSENSITIVE))
          .toList();

  private static final Path ROOT = Project.root();

  @Test
  void texts_all_avoidPhrasesThatHaveAPlainWord() throws IOException {
    assertThat(texts().flatMap(ProseTest::findings)).isEmpty();
  }

  @Test
  void texts_all_areFound() throws IOException {
    assertThat(texts().map(file -> ROOT.relativize(file).toString()))
        .contains(
            "README.md",
            "artifacts/README.md",
            "proto/src/main/proto/stitchflow/v1/experiment.proto",
            "runners/cli/src/main/java/io/stitchflow/cli/Stitchflow.java");
  }

  @Test
  void findings_ofATextWithAvoidedPhrases_nameLineAndPhrase() throws IOException {
    Path file = Files.createTempFile("prose", ".md");
    try {
      Files.writeString(file, "fine\nThe value is no number, as whoever\nreads it is told.\n");
      assertThat(findings(file).map(each -> each.replaceFirst("^.*\\.md:", "")))
          .containsExactly("2: whoever", "3: is told", "2: is no ");
    } finally {
      Files.delete(file);
    }
  }

  private static Stream<Path> texts() throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.filter(ProseTest::isText).toList().stream();
    }
  }

  private static boolean isText(Path file) {
    String path = ROOT.relativize(file).toString();
    return !path.matches("(.*/)?(target|node_modules|src/test|\\.git|ci/results)/.*")
        && path.matches(".*\\.(md|proto|java|mustache)")
        && !path.equals("ci/CHANGELOG.md");
  }

  /** {@code file:line: phrase}, by phrase. */
  private static Stream<String> findings(Path file) {
    String text;
    try {
      text = Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> findings = new ArrayList<>();
    for (Pattern avoided : AVOIDED) {
      Matcher matcher = avoided.matcher(text);
      while (matcher.find()) {
        long line = 1 + text.substring(0, matcher.start()).chars().filter(c -> c == '\n').count();
        findings.add(file + ":" + line + ": " + matcher.group());
      }
    }
    return findings.stream();
  }
}
