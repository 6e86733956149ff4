package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of the corpus against the real command line. */
final class CorpusTest {
  private static final Pattern JAVA_NAME = Pattern.compile("\\b[A-Z]\\w*(Exception|Error)\\b");
  private static final Pattern TRACE =
      Pattern.compile("(?m)^\\s+at [\\w.]+\\.\\w+\\(|\\bjava\\.\\w+\\.");
  // Control characters but line feed, and format characters, which turn the direction of writing
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}&&[^\n]]");
  private static final int ENOUGH = 150;
  private static final String CACHE = "cache";

  @TempDir Path directory;

  static List<CorpusCase> cases() throws IOException, URISyntaxException {
    URL place = Objects.requireNonNull(CorpusTest.class.getResource("/corpus"));
    Path corpus = Path.of(place.toURI());
    try (Stream<Path> files = Files.walk(corpus)) {
      List<Path> sorted = files.filter(file -> file.toString().endsWith(".case")).sorted().toList();
      List<CorpusCase> cases = new java.util.ArrayList<>();
      for (Path file : sorted) {
        cases.add(CorpusCase.read(corpus, file));
      }
      return cases;
    }
  }

  @Test
  void corpus_inTheClassPath_isWhole() throws IOException, URISyntaxException {
    assertThat(cases()).hasSizeGreaterThanOrEqualTo(ENOUGH);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void command_badInput_endsAsTheCaseSays(CorpusCase each) throws IOException {
    CorpusFiles files = new CorpusFiles(directory);
    for (CorpusCase.Entry entry : each.files()) {
      files.make(entry);
    }
    Map<String, String> environment = environment(each);
    for (String first : each.all("first")) {
      Screen screen = new Screen();
      int code = screen.execute(environment, CorpusCase.arguments(first, directory));
      assertThat(code).as(first + "\n" + screen.err()).isZero();
    }
    List<String> before = listing();

    Screen screen = new Screen();
    String args = each.all("args").get(0);
    int code = screen.execute(environment, CorpusCase.arguments(args, directory));

    String said = screen.out() + screen.err();
    assertThat(code).as(said).isEqualTo(each.exit());
    for (String fragment : each.all("err")) {
      assertThat(screen.err()).contains(CorpusCase.expand(fragment, directory));
    }
    for (String fragment : each.all("out")) {
      assertThat(screen.out()).contains(CorpusCase.expand(fragment, directory));
    }
    for (String fragment : each.all("not")) {
      assertThat(said).doesNotContain(CorpusCase.expand(fragment, directory));
    }
    assertThat(said)
        .doesNotContainPattern(JAVA_NAME)
        .doesNotContainPattern(TRACE)
        .doesNotContainPattern(UNPRINTABLE);
    if (code == ExitCode.INPUT) {
      assertThat(listing()).isEqualTo(before);
      assertThat(Path.of("stitchflow-out")).doesNotExist();
    }
  }

  private Map<String, String> environment(CorpusCase each) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", directory.toString());
    environment.put("XDG_CACHE_HOME", directory.resolve(CACHE).toString());
    for (String variable : each.all("env")) {
      String[] parts = variable.split("=", 2);
      environment.put(parts[0], CorpusCase.expand(parts[1], directory));
    }
    return environment;
  }

  /** All that is in the directory. */
  private List<String> listing() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.map(path -> directory.relativize(path).toString()).sorted().toList();
    }
  }
}
