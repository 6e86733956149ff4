package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The commands that stand in code blocks of all documents. {@link TutorialTest} runs some. */
final class DocumentsTest {
  private static final Pattern SCRIPT = Pattern.compile("(?m)^\\s*(ci/[a-z/-]+)(?: .*)?$");

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

  private static void parse(DocumentCommand command) {
    String[] arguments = command.words().toArray(String[]::new);
    Stitchflow.line(new Screen().terminal(false), Map.of(), arguments).parseArgs(arguments);
  }
}
