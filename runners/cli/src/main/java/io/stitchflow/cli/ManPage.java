package io.stitchflow.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The manual page of one command, in troff's man macros, from its picocli specification. */
final class ManPage {
  /** Of text lines before escapes, which make them longer. */
  private static final int MOST_CHARACTERS = 60;

  private static final String SECTION = "(1)";

  private final CommandSpec spec;
  private final Help help;
  private final StringBuilder page = new StringBuilder();

  private ManPage(CommandLine command) {
    spec = command.getCommandSpec();
    help = command.getHelp();
  }

  /**
   * The whole page.
   *
   * @param date in its last line, such as 2026-01-31
   * @param source what the command is part of, with its version
   */
  static String of(CommandLine command, String date, String source) {
    ManPage page = new ManPage(command);
    String title = name(command).toUpperCase(Locale.ROOT);
    page.line(
        ".TH "
            + Stream.of(quoted(title), "1", date, quoted(source), quoted("Stitchflow Manual"))
                .collect(Collectors.joining(" ")));
    // Neither hyphens within options nor wide gaps between words
    page.line(".nh\n.ad l");
    page.synopsis(name(command));
    page.arguments();
    page.options();
    page.commands(command);
    page.exitCodes();
    page.footer();
    page.parent(command);
    return page.page.toString();
  }

  /** {@code stitchflow-runs-show}. */
  static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName("-");
  }

  private void synopsis(String name) {
    List<String> description = description(spec);
    String first = description.isEmpty() ? "" : sentences(description.get(0)).get(0);
    section("NAME");
    line(escaped(name) + " \\- " + escaped(first.replaceFirst("\\.$", "")));
    section("SYNOPSIS");
    String usage = help.synopsis(0).trim().replaceAll("\\s+", " ");
    line("\\fB" + escaped(spec.qualifiedName()) + "\\fR");
    text(usage.substring(spec.qualifiedName().length()).trim());
    section("DESCRIPTION");
    String separator = "";
    for (String paragraph : description) {
      page.append(separator);
      text(paragraph);
      separator = ".PP\n";
    }
  }

  private void arguments() {
    List<ArgSpec> shown = new ArrayList<>(spec.positionalParameters());
    shown.removeIf(ArgSpec::hidden);
    if (!shown.isEmpty()) {
      section("ARGUMENTS");
      shown.forEach(each -> described(italic(label(each)), texts(each.description())));
    }
  }

  private void options() {
    List<OptionSpec> shown = new ArrayList<>(spec.options());
    shown.removeIf(OptionSpec::hidden);
    shown.sort(Comparator.comparing(OptionSpec::longestName));
    if (shown.isEmpty()) {
      return;
    }
    section("OPTIONS");
    for (OptionSpec option : shown) {
      String names =
          Stream.of(option.names())
              .sorted(Comparator.comparing(String::length))
              .map(ManPage::bold)
              .collect(Collectors.joining(", "));
      String label = label(option);
      String value = label.startsWith("=") ? "=" + italic(label.substring(1)) : italic(label);
      described(names + value, texts(option.description()));
    }
  }

  private String label(ArgSpec argument) {
    return help.parameterLabelRenderer()
        .renderParameterLabel(argument, Ansi.OFF, List.of())
        .toString();
  }

  private void commands(CommandLine command) {
    if (command.getSubcommands().isEmpty()) {
      return;
    }
    section("COMMANDS");
    for (CommandLine each : command.getSubcommands().values()) {
      described(bold(name(each)) + SECTION, description(each.getCommandSpec()).subList(0, 1));
    }
  }

  private void exitCodes() {
    Map<String, String> codes = spec.usageMessage().exitCodeList();
    if (!codes.isEmpty()) {
      section("EXIT STATUS");
      codes.forEach((code, meaning) -> described(bold(code), texts(meaning)));
    }
  }

  /** Examples: indented lines are commands. */
  private void footer() {
    List<String> lines = texts(spec.usageMessage().footer());
    if (lines.isEmpty()) {
      return;
    }
    String heading = plain(spec.usageMessage().footerHeading()).trim().replaceFirst(":$", "");
    section(heading.toUpperCase(Locale.ROOT));
    for (String each : lines) {
      if (each.startsWith("  ")) {
        line(".EX\n" + protectedLine(each) + "\n.EE");
      } else {
        text(each);
      }
    }
  }

  private void parent(CommandLine command) {
    if (command.getParent() != null) {
      section("SEE ALSO");
      line(bold(name(command.getParent())) + SECTION);
    }
  }

  private void section(String title) {
    line(".SH " + quoted(title));
  }

  private void described(String term, List<String> description) {
    line(".TP\n" + term);
    String separator = "";
    for (String each : description) {
      page.append(separator);
      text(each);
      separator = ".br\n";
    }
  }

  /** Fills lines; each sentence starts a new one, by which troff knows where it ends. */
  private void text(String text) {
    for (String sentence : sentences(text)) {
      StringBuilder line = new StringBuilder();
      for (String word : sentence.split(" +", -1)) {
        if (line.length() > 0 && line.length() + word.length() >= MOST_CHARACTERS) {
          line(protectedLine(line.toString()));
          line.setLength(0);
        }
        line.append(line.length() > 0 ? " " : "").append(word);
      }
      line(protectedLine(line.toString()));
    }
  }

  private void line(String line) {
    page.append(line).append('\n');
  }

  /** With the header, which only picocli's own command has. */
  private static List<String> description(CommandSpec spec) {
    return Stream.of(spec.usageMessage().header(), spec.usageMessage().description())
        .flatMap(formats -> texts(formats).stream())
        .map(String::trim)
        .toList();
  }

  private static List<String> texts(String... formats) {
    return Stream.of(formats).map(ManPage::plain).toList();
  }

  /** What a format of picocli prints, without markup. */
  private static String plain(String format) {
    return Ansi.OFF.string(format.replace("%n", "\n").replace("%%", "%"));
  }

  private static String bold(String text) {
    return "\\fB" + escaped(text) + "\\fR";
  }

  private static String italic(String text) {
    return text.isEmpty() ? "" : "\\fI" + escaped(text) + "\\fR";
  }

  private static String quoted(String text) {
    return '"' + escaped(text) + '"';
  }

  /** A text line that is not a request. */
  private static String protectedLine(String text) {
    String line = escaped(text);
    return line.startsWith(".") ? "\\&" + line : line;
  }

  /** Characters of which troff makes others, and those outside ASCII. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints().forEach(each -> escaped.append(escape(each)));
    return escaped.toString();
  }

  private static String escape(int character) {
    return switch (character) {
      case '\\' -> "\\(rs";
      case '"' -> "\\(dq";
      case '\'' -> "\\(aq";
      case '`' -> "\\(ga";
      case '^' -> "\\(ha";
      case '~' -> "\\(ti";
      case '-' -> "\\-";
      default ->
          character < 128
              ? Character.toString(character)
              : String.format(Locale.ROOT, "\\[u%04X]", character);
    };
  }

  private static List<String> sentences(String text) {
    return List.of(text.trim().split("(?<=[.?!]) +(?=[A-Z])", -1));
  }
}
