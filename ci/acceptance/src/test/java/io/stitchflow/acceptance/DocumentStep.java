package io.stitchflow.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Commands of a page of the manual: a block marked {@code sh}, or one command after {@code $} of a
 * block marked {@code console}, with the output below it.
 *
 * @param section the heading that they stand under
 * @param output what the page shows, where {@code ...} stands for anything, on a line of its own
 *     for any lines; null if it shows nothing
 */
record DocumentStep(String section, String commands, @Nullable String output) {
  private static final Pattern PART =
      Pattern.compile("(?ms)^## ([^\n]*)$|^```([a-z]*)\n(.*?)^```$");
  private static final Pattern STEP = Pattern.compile("(?m)^\\$ (.*\n)((?:(?!\\$ ).*\n)*)");
  private static final String ANY = "...";

  /** All commands of a page in its order. */
  static List<DocumentStep> of(String page) {
    List<DocumentStep> steps = new ArrayList<>();
    String section = "";
    for (Matcher part = PART.matcher(page); part.find(); ) {
      if (part.group(1) != null) {
        section = part.group(1);
      } else if (part.group(2).equals("sh")) {
        steps.add(new DocumentStep(section, part.group(3), null));
      } else if (part.group(2).equals("console")) {
        steps.addAll(console(section, part.group(3)));
      }
    }
    return steps;
  }

  private static List<DocumentStep> console(String section, String block) {
    List<DocumentStep> steps = new ArrayList<>();
    for (Matcher step = STEP.matcher(block); step.find(); ) {
      steps.add(new DocumentStep(section, step.group(1), step.group(2)));
    }
    return steps;
  }

  /** Whether the page shows this output. */
  boolean shows(String printed) {
    return output == null
        || Pattern.compile(output.lines().map(DocumentStep::line).collect(Collectors.joining()))
            .matcher(printed)
            .matches();
  }

  private static String line(String shown) {
    if (shown.equals(ANY)) {
      return "(?:.*\n)*";
    }
    return Pattern.compile(ANY, Pattern.LITERAL)
            .splitAsStream(shown)
            .map(Pattern::quote)
            .collect(Collectors.joining(".*"))
        + (shown.endsWith(ANY) ? ".*\n" : "\n");
  }
}
