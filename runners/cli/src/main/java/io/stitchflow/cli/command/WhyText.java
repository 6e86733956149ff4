package io.stitchflow.cli.command;

import io.stitchflow.cli.text.Escapes;
import io.stitchflow.inspect.CatalogEntry;
import io.stitchflow.inspect.Cause;
import io.stitchflow.inspect.Difference;
import io.stitchflow.inspect.Explanation;
import io.stitchflow.inspect.RecordDescriptions;
import io.stitchflow.plan.PlanStatus.State;
import io.stitchflow.stage.StageDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Explanations as people read them. */
record WhyText(RecordDescriptions words) {
  /** With more stages than these, those of a kind with the same causes share a line. */
  private static final int MOST_STAGES = 30;

  private static final int MOST_DIFFERENCES = 20;
  private static final int MOST_CAUSES = 5;

  /** One stage, whatever its state. */
  String of(Explanation explanation) {
    StringBuilder text = new StringBuilder();
    append(text, explanation);
    return text.toString();
  }

  /** All that are no hits. */
  String of(List<Explanation> all) {
    List<Explanation> left =
        all.stream().filter(explanation -> explanation.state() != State.HIT).toList();
    StringBuilder text = new StringBuilder();
    if (left.size() <= MOST_STAGES) {
      left.forEach(explanation -> append(text, explanation));
    } else {
      appendGroups(text, left);
    }
    text.append(all.size() - left.size())
        .append(" of ")
        .append(all.size())
        .append(" stages: HIT\n");
    return text.toString();
  }

  /** Why one stage runs, in a part of a line. */
  static String causes(Explanation explanation) {
    return causes(explanation.causes(), explanation.stage().getId());
  }

  private void append(StringBuilder text, Explanation explanation) {
    line(
        text,
        String.format(Locale.ROOT, "%-4s  %s", explanation.state(), explanation.stage().getId()));
    if (!explanation.note().isEmpty()) {
      line(text, "      " + explanation.note());
    }
    @Nullable CatalogEntry nearest = explanation.nearest();
    if (nearest != null && !explanation.differences().isEmpty()) {
      line(text, "      compared with " + nearest.key().brief() + ", " + words.full(nearest));
    }
    List<Difference> differences = explanation.differences();
    for (Difference difference : differences.subList(0, least(MOST_DIFFERENCES, differences))) {
      line(text, "      " + described(difference, explanation));
    }
    if (differences.size() > MOST_DIFFERENCES) {
      line(text, "      and " + (differences.size() - MOST_DIFFERENCES) + " more differences");
    }
  }

  private static String described(Difference difference, Explanation explanation) {
    if (difference.because().isEmpty()) {
      return difference.change();
    }
    String change =
        explanation.state() == State.WAIT && difference.to() == null
            ? difference.field() + " is not known yet"
            : difference.change();
    return change + " because " + causes(difference.because(), "");
  }

  /**
   * @param own the stage whose causes these are; it need not be named again
   */
  private static String causes(List<Cause> causes, String own) {
    String named =
        causes.stream()
            .limit(MOST_CAUSES)
            .map(cause -> cause.what().equals(own) ? cause.change() : cause.toString())
            .collect(Collectors.joining("; "));
    return causes.size() > MOST_CAUSES
        ? named + "; and " + (causes.size() - MOST_CAUSES) + " more"
        : named;
  }

  /** What stages share that have a line together. */
  private record Group(StageDefinition kind, State state, Set<String> changes) {}

  private static void appendGroups(StringBuilder text, List<Explanation> left) {
    Map<Group, List<Explanation>> groups = new LinkedHashMap<>();
    for (Explanation explanation : left) {
      Set<String> changes =
          explanation.causes().stream().map(Cause::change).collect(Collectors.toSet());
      Group group =
          new Group(StageDefinition.of(explanation.stage()), explanation.state(), changes);
      groups.computeIfAbsent(group, each -> new ArrayList<>()).add(explanation);
    }
    groups.forEach(
        (group, stages) -> {
          Explanation first = stages.get(0);
          String what =
              stages.size() == 1
                  ? first.stage().getId()
                  : stages.size()
                      + " "
                      + group.kind().plural()
                      + ", such as "
                      + first.stage().getId();
          line(text, String.format(Locale.ROOT, "%-4s  %s", group.state(), what));
          line(text, "      because " + causes(first));
        });
    line(text, "name a stage, by any part of its id, for each of its differences");
  }

  private static int least(int most, List<?> list) {
    return Math.min(most, list.size());
  }

  private static void line(StringBuilder text, String line) {
    text.append(Escapes.of(line)).append('\n');
  }
}
