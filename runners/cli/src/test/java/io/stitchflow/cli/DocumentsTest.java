package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that stand in code blocks of the documents. */
final class DocumentsTest {
  private static final Path ROOT = root();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```[a-z]*\n(.*?)^```");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^\\s*(?:[A-Z_]+=(?:'[^']*'|\\S+) )*(?:runners/)?stitchflow (.*)$");
  private static final Pattern SCRIPT = Pattern.compile("(?m)^\\s*(ci/[a-z/-]+)(?: .*)?$");
  private static final Pattern WORD =
      Pattern.compile("\"\\$\\([^)]*\\)\"|'([^']*)'|(#.*)|([^\\s'\"#]+)");

  @TempDir Path directory;

  @Test
  void commands_all_areUnderstood() throws IOException {
    List<List<String>> commands = commands();
    assertThat(commands).hasSizeGreaterThan(20);
    for (List<String> command : commands) {
      assertThatCode(() -> parse(command)).as(String.join(" ", command)).doesNotThrowAnyException();
    }
  }

  @Test
  void plansOfExamples_withTheirOptions_areMade() throws IOException {
    List<List<String>> plans =
        commands().stream()
            .filter(command -> command.contains("proto/examples/quickstart.textproto"))
            .filter(command -> !command.contains("flink") && !command.contains("--store"))
            .toList();
    assertThat(plans).hasSizeGreaterThan(2);
    for (List<String> command : plans) {
      List<String> plan = new ArrayList<>(command);
      plan.replaceAll(word -> word.startsWith("proto/") ? ROOT.resolve(word).toString() : word);
      plan.set(0, "plan");
      plan.addAll(List.of("--store", directory.resolve("store").toString()));
      Screen screen = new Screen();
      assertThat(screen.execute(Map.of(), plan.toArray(String[]::new)))
          .as(command + ": " + screen.err())
          .isEqualTo(ExitCode.DONE);
    }
  }

  @Test
  void scripts_all_exist() throws IOException {
    List<String> scripts =
        blocks().stream().flatMap(block -> matches(SCRIPT, block)).distinct().toList();
    assertThat(scripts).contains("ci/check");
    assertThat(scripts).allSatisfy(script -> assertThat(ROOT.resolve(script)).isExecutable());
  }

  private static void parse(List<String> command) {
    String[] arguments = command.toArray(String[]::new);
    Stitchflow.line(new Screen().terminal(false), Map.of(), arguments).parseArgs(arguments);
  }

  private static List<List<String>> commands() throws IOException {
    return blocks().stream()
        .flatMap(block -> matches(COMMAND, block))
        .map(DocumentsTest::words)
        .toList();
  }

  /** As a shell splits them, without comments; a command in a command is some word. */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find() && matcher.group(2) == null) {
      if (matcher.group().equals(">")) {
        break;
      }
      String quoted = matcher.group(1);
      String plain = matcher.group(3);
      words.add(quoted != null ? quoted : plain != null ? plain : "localhost:1");
    }
    return words;
  }

  private static Stream<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1));
  }

  private static List<String> blocks() throws IOException {
    List<String> blocks = new ArrayList<>();
    try (Stream<Path> all = Files.walk(ROOT)) {
      for (Path file : all.filter(DocumentsTest::isDocument).sorted().toList()) {
        matches(BLOCK, Files.readString(file)).forEach(blocks::add);
      }
    }
    return blocks;
  }

  private static boolean isDocument(Path file) {
    String path = ROOT.relativize(file).toString();
    return path.endsWith(".md") && !path.matches("(.*/)?(target|node_modules|\\.git|src)/.*");
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("runners/stitchflow"))) {
      directory = Objects.requireNonNull(directory.getParent());
    }
    return directory;
  }
}
