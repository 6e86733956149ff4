package io.stitchflow.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A case of the corpus: what is in a directory, which commands run there, and what must come.
 * {@code corpus/README.md} describes the form.
 *
 * @param name its file, below the corpus
 * @param headers in the order of the file
 * @param files what is made before the commands run
 */
public record CorpusCase(String name, List<Header> headers, List<Entry> files) {
  private static final Pattern HEADER = Pattern.compile("([a-z]+): ?(.*)");
  private static final Pattern ENTRY = Pattern.compile("--- ([a-z]+) (\\S+)(?: (.+))?");
  private static final Pattern ARGUMENT = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
  private static final Pattern REPEAT = Pattern.compile("<<(\\d+)\\*(.*?)>>", Pattern.DOTALL);
  private static final Pattern CODE_POINT = Pattern.compile("<<u\\+([0-9A-F]+)>>");
  private static final List<String> HEADERS =
      List.of("first", "args", "env", "exit", "err", "out", "not");

  public record Header(String name, String value) {}

  /**
   * A file to make.
   *
   * @param detail what stands behind its path
   * @param body the lines below
   */
  public record Entry(String kind, String path, String detail, String body) {}

  public static CorpusCase read(Path corpus, Path file) throws IOException {
    String name = corpus.relativize(file).toString().replace('\\', '/').replace(".case", "");
    List<Header> headers = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Matcher entry = ENTRY.matcher(line);
      Matcher header = HEADER.matcher(line);
      if (entry.matches()) {
        String detail = entry.group(3) == null ? "" : entry.group(3);
        entries.add(new Entry(entry.group(1), entry.group(2), detail, ""));
      } else if (!entries.isEmpty()) {
        Entry last = entries.remove(entries.size() - 1);
        entries.add(new Entry(last.kind(), last.path(), last.detail(), last.body() + line + "\n"));
      } else if (header.matches() && HEADERS.contains(header.group(1))) {
        headers.add(new Header(header.group(1), header.group(2)));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        throw new IllegalArgumentException(file + ": cannot read '" + line + "'");
      }
    }
    CorpusCase read = new CorpusCase(name, headers, entries);
    if (read.all("args").size() != 1 || read.all("exit").size() != 1) {
      throw new IllegalArgumentException(file + ": give one 'args:' and one 'exit:'");
    }
    return read;
  }

  public List<String> all(String header) {
    return headers.stream().filter(each -> each.name().equals(header)).map(Header::value).toList();
  }

  public int exit() {
    return Integer.parseInt(all("exit").get(0));
  }

  /** A line of arguments, split where a shell would split it, in that directory. */
  public static String[] arguments(String line, Path directory) {
    return ARGUMENT
        .matcher(line)
        .results()
        .map(part -> Arrays.asList(part.group(1), part.group(2), part.group(3)))
        .map(
            part ->
                part.get(0) != null ? part.get(0) : part.get(1) != null ? part.get(1) : part.get(2))
        .map(part -> expand(part, directory))
        .toArray(String[]::new);
  }

  /** With {@code <<dir>>}, {@code <<3*text>>} and {@code <<u+202E>>} replaced by what they mean. */
  public static String expand(String text, Path directory) {
    String points =
        CODE_POINT
            .matcher(text.replace("<<dir>>", directory.toString()))
            .replaceAll(
                point ->
                    Matcher.quoteReplacement(
                        Character.toString(Integer.parseInt(point.group(1), 16))));
    return REPEAT
        .matcher(points)
        .replaceAll(
            repeat ->
                Matcher.quoteReplacement(
                    repeat.group(2).repeat(Integer.parseInt(repeat.group(1)))));
  }

  /** Its name alone: what the list of tests shows. */
  @Override
  public String toString() {
    return name;
  }
}
