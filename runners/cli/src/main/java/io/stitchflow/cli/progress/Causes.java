package io.stitchflow.cli.progress;

import io.stitchflow.v1.StageResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Results with messages, grouped by cause: messages that differ only in numbers, in keys and in
 * names in quotation marks have the same cause.
 *
 * @param groups never empty, in the order of their first results
 */
record Causes(List<List<StageResult>> groups) {
  private static final int MOST_CAUSES = 20;
  private static final int MOST_STAGES = 3;
  private static final Pattern VARYING = Pattern.compile("'[^']*'|\\b[0-9a-f]*[0-9][0-9a-f]*\\b");

  static Causes of(List<StageResult> results) {
    Map<String, List<StageResult>> groups = new LinkedHashMap<>();
    for (StageResult result : results) {
      String cause = VARYING.matcher(result.getMessage()).replaceAll("*");
      groups.computeIfAbsent(cause, none -> new ArrayList<>()).add(result);
    }
    return new Causes(List.copyOf(groups.values()));
  }

  /** One line a cause: {@code train a, train b and 3 more: MESSAGE}, with the first message. */
  List<String> lines() {
    List<String> lines =
        groups.stream().limit(MOST_CAUSES).map(Causes::line).collect(Collectors.toList());
    if (groups.size() > MOST_CAUSES) {
      int left = groups.subList(MOST_CAUSES, groups.size()).stream().mapToInt(List::size).sum();
      lines.add("and " + left + " stages for other causes; run.json has their messages");
    }
    return lines;
  }

  private static String line(List<StageResult> group) {
    String stages =
        group.stream()
            .limit(MOST_STAGES)
            .map(StageResult::getStage)
            .collect(Collectors.joining(", "));
    String more =
        group.size() > MOST_STAGES ? " and " + (group.size() - MOST_STAGES) + " more" : "";
    return stages + more + ": " + group.get(0).getMessage();
  }
}
