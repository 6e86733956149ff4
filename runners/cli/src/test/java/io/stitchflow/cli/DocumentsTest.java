package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The commands that stand in code blocks of all documents. {@link TutorialTest} runs some. */
final class DocumentsTest {
  private static final Pattern SCRIPT = Pattern.compile("(?m)^\\s*(ci/[a-z/-]+)(?: .*)?$");

  private static final Pattern MESSAGE = Pattern.compile("(?m)^\\| ([^|]*`[^|]*) \\|");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final String SOURCE = ".*/src/main/java/.*\\.java|.*/runners/stitchflow";

  @Test
  void commands_all_areUnderstood() throws IOException {
    List<DocumentCommand> commands = new ArrayList<>();
    for (String document : DocumentCommand.documents()) {
      commands.addAll(DocumentCommand.inBlocks(document));
    }
    assertThat(commands).hasSizeGreaterThan(20);
    for (DocumentCommand command : commands) {
      assertThatCode(() -> parse(command)).as(command.toString()).doesNotThrowAnyException();
    }
  }

  @Test
  void scripts_all_exist() throws IOException {
    List<String> scripts = new ArrayList<>();
    for (String document : DocumentCommand.documents()) {
      for (String block : DocumentCommand.blocks(document)) {
        SCRIPT.matcher(block).results().forEach(script -> scripts.add(script.group(1)));
      }
    }
    assertThat(scripts).contains("ci/check");
    assertThat(scripts)
        .allSatisfy(script -> assertThat(DocumentCommand.ROOT.resolve(script)).isExecutable());
  }

  /** A symptom that is a message has the words of the program, and {@code ...} for its values. */
  @Test
  void troubleshooting_messages_areThoseOfTheProgram() throws IOException {
    String sources = sources();
    List<String> messages =
        MESSAGE
            .matcher(
                Files.readString(DocumentCommand.ROOT.resolve("pipeline/docs/troubleshooting.md")))
            .results()
            .flatMap(row -> CODE.matcher(row.group(1)).results())
            .map(code -> code.group(1))
            .filter(code -> code.contains(" ") && code.matches("[a-z].*"))
            .flatMap(code -> Stream.of(code.split("\\.\\.\\.")))
            .toList();
    assertThat(messages).hasSizeGreaterThan(20);
    assertThat(messages).allSatisfy(message -> assertThat(sources).contains(message.strip()));
  }

  /** Of the program and its launcher, each string in one piece. */
  private static String sources() throws IOException {
    StringBuilder sources = new StringBuilder();
    try (Stream<Path> all = Files.walk(DocumentCommand.ROOT)) {
      for (Path file : all.filter(path -> path.toString().matches(SOURCE)).toList()) {
        sources.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
      }
    }
    return sources.toString();
  }

  private static void parse(DocumentCommand command) {
    String[] arguments = command.words().toArray(String[]::new);
    Stitchflow.line(new Screen().terminal(false), Map.of(), arguments).parseArgs(arguments);
  }
}
