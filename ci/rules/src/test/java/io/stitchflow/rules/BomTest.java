package io.stitchflow.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The BOM has every module that is published, in their version. */
class BomTest {
  private static final Pattern MODULE = Pattern.compile("<module>(.*)</module>");
  private static final Pattern ARTIFACT =
      Pattern.compile("<artifactId>(stitchflow-[a-z]+)</artifactId>");
  private static final Pattern VERSION = Pattern.compile("<version>(.*)</version>");

  /** The archive of a release is a module, but no library. */
  private static final String ARCHIVE = "runners/dist";

  private static final String BOM = "ci/bom/pom.xml";

  @Test
  void modules_published_areAllInTheBom() throws IOException {
    List<String> published =
        matches(MODULE, "pom.xml").stream()
            .filter(module -> !module.startsWith("ci/"))
            .filter(module -> !module.equals(ARCHIVE))
            .map(BomTest::artifact)
            .sorted()
            .toList();
    assertThat(published).contains("stitchflow-proto", "stitchflow-transforms");
    List<String> all = matches(ARTIFACT, BOM);
    assertThat(all.get(0)).isEqualTo("stitchflow-bom");
    assertThat(all.subList(1, all.size())).isEqualTo(published);
  }

  @Test
  void version_ofTheBom_isThatOfTheProject() throws IOException {
    assertThat(matches(VERSION, BOM).get(0)).isEqualTo(matches(VERSION, "pom.xml").get(0));
  }

  private static String artifact(String module) {
    try {
      return matches(ARTIFACT, module + "/pom.xml").get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> matches(Pattern pattern, String file) throws IOException {
    return pattern
        .matcher(Files.readString(Project.root().resolve(file)))
        .results()
        .map(match -> match.group(1))
        .toList();
  }
}
