package io.stitchflow.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command of the command line in a Markdown file.
 *
 * @param document from the root of the project
 * @param environment variables before the command
 * @param words its arguments, as a shell splits them
 */
record DocumentCommand(String document, Map<String, String> environment, List<String> words) {
  /** The directory of the whole project, wherever in it the test runs. */
  static final Path ROOT = root();

  /** What stands for a command inside a command: {@code "$(cat target/flink-cluster/master)"}. */
  private static final String COMPUTED = "localhost:1";

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```[a-z]*\n(.*?)^```");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^\\s*((?:[A-Z_]+=(?:'[^']*'|\\S+) )*)(?:runners/)?stitchflow (.*)$");
  private static final Pattern VARIABLE = Pattern.compile("([A-Z_]+)=(?:'([^']*)'|(\\S+)) ");
  private static final Pattern WORD =
      Pattern.compile("\"\\$\\([^)]*\\)\"|'([^']*)'|(#.*)|([^\\s'\"#]+)");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (`[a-z-]+(?: [^`]*)?`(?:, `[^`]+`)*) \\|");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  DocumentCommand {
    environment = Map.copyOf(environment);
    words = List.copyOf(words);
  }

  /** The commands in the code blocks of a document, in order. */
  static List<DocumentCommand> inBlocks(String document) throws IOException {
    List<DocumentCommand> commands = new ArrayList<>();
    for (String block : blocks(document)) {
      for (Matcher matcher = COMMAND.matcher(block); matcher.find(); ) {
        Map<String, String> environment = new HashMap<>();
        for (Matcher set = VARIABLE.matcher(matcher.group(1)); set.find(); ) {
          environment.put(set.group(1), set.group(2) == null ? set.group(3) : set.group(2));
        }
        commands.add(new DocumentCommand(document, environment, words(matcher.group(2))));
      }
    }
    return commands;
  }

  /** The commands in the first column of the first table of a document, in order. */
  static List<DocumentCommand> inTable(String document) throws IOException {
    String text = Files.readString(ROOT.resolve(document));
    String table = text.substring(text.indexOf("\n|"), text.indexOf("\n\n", text.indexOf("\n|")));
    return ROW.matcher(table)
        .results()
        .flatMap(row -> CODE.matcher(row.group(1)).results())
        .map(code -> new DocumentCommand(document, Map.of(), words(code.group(1))))
        .toList();
  }

  /** The code blocks of a document, with continued lines in one. */
  static List<String> blocks(String document) throws IOException {
    return BLOCK
        .matcher(Files.readString(ROOT.resolve(document)))
        .results()
        .map(block -> block.group(1).replaceAll("\\\\\n\\s*", ""))
        .toList();
  }

  /** All Markdown files but those of tests, from the root of the project. */
  static List<String> documents() throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.map(file -> ROOT.relativize(file).toString())
          .filter(
              path ->
                  path.endsWith(".md")
                      && !path.matches("(.*/)?(target|node_modules|\\.git|src)/.*"))
          .sorted()
          .toList();
    }
  }

  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find() && matcher.group(2) == null) {
      if (matcher.group().equals(">")) {
        break;
      }
      String quoted = matcher.group(1);
      String plain = matcher.group(3);
      words.add(quoted != null ? quoted : plain != null ? plain : COMPUTED);
    }
    return words;
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("runners/stitchflow"))) {
      directory = Objects.requireNonNull(directory.getParent());
    }
    return directory;
  }

  @Override
  public String toString() {
    return document + ": stitchflow " + String.join(" ", words);
  }
}
