package io.stitchflow.spec;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.VanillaSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What must hold of how stitches are trained and measured, whatever networks they join. */
final class SettingsRules {
  private final Experiment written;
  private final Experiment filled;
  private final SourcePositions origins;
  private final Problems problems;

  /**
   * @param written the experiment without defaults
   * @param filled the same with all of them
   */
  SettingsRules(Experiment written, Experiment filled, SourcePositions origins, Problems problems) {
    this.written = written;
    this.filled = filled;
    this.origins = origins;
    this.problems = problems;
  }

  /** Adds everything that is wrong. */
  void check() {
    checkTwice("vanilla.objective", written.getVanilla().getObjectiveList());
    checkTwice("vanilla.initialization", written.getVanilla().getInitializationList());
    checkTwice("copy.solver", written.getCopy().getSolverList());
    checkMetrics();
    checkTwice("metric", written.getMetricList());
    checkTwice("seed", written.getSeedList().stream().map(Long::toUnsignedString).toList());
    checkStart();
    checkFront();
    checkRanks();
  }

  private void checkTwice(String path, List<?> values) {
    checkTwice(path, values, origins, problems);
  }

  private void add(String path, String text) {
    problems.add(origins.of(path), path, text);
  }

  private void add(String path, Supplier<String> text) {
    problems.add(origins.of(path), path, text);
  }

  private void checkMetrics() {
    for (int i = 0; i < written.getMetricCount(); i++) {
      String name = written.getMetric(i);
      if (!Metrics.names().contains(name)) {
        add(
            "metric[" + i + "]",
            () -> "there is no metric '" + name + "'; " + Suggestion.advice(name, Metrics.names()));
      }
    }
  }

  /** A stitch between normalisations does not start at the copy stitch. */
  private void checkStart() {
    VanillaSettings vanilla = filled.getVanilla();
    if (written.getCopy().getRecipe().getWhiten()) {
      add("copy.recipe.whiten", "is for vanilla stitches; drop it");
    }
    if (!vanilla.getRecipe().getBatchNorm()) {
      return;
    }
    for (int i = 0; i < vanilla.getInitializationCount(); i++) {
      if (vanilla.getInitialization(i) != Initialization.KAIMING) {
        add(
            "vanilla.initialization[" + i + "]",
            "is "
                + vanilla.getInitialization(i)
                + ", but with batch_norm a stitch does not start there; choose KAIMING, or vanilla.recipe.batch_norm: false");
      }
    }
    if (vanilla.getRecipe().getWhiten()) {
      add(
          "vanilla.recipe.whiten",
          "is true, but batch_norm already normalises the sender's channels; choose one of them");
    }
  }

  private void checkFront() {
    checkAscends("front.weight", written.getFront().getWeightList());
    if (written.getFront().getRecipe().getBatchNorm()) {
      add(
          "front.recipe.batch_norm",
          "is true, but stitches of the front start at the copy, which batch_norm does not; drop it");
    }
  }

  private void checkRanks() {
    checkAscends(
        "rank.rank",
        written.getRank().getRankList().stream().map(Integer::toUnsignedLong).toList());
    if (written.getRank().getRecipe().getBatchNorm()) {
      add(
          "rank.recipe.batch_norm",
          "is true, but stitches of low rank start at the copy, which batch_norm does not; drop it");
    }
  }

  private <T extends Comparable<T>> void checkAscends(String path, List<T> values) {
    String name = path.substring(path.lastIndexOf('.') + 1);
    for (int i = 1; i < values.size(); i++) {
      if (values.get(i).compareTo(values.get(i - 1)) <= 0) {
        add(
            path + "[" + i + "]",
            "is "
                + values.get(i)
                + " after "
                + values.get(i - 1)
                + "; sort "
                + name
                + "s ascending, each once");
      }
    }
  }

  /** Adds each value that stands in a list before. */
  static void checkTwice(String path, List<?> values, SourcePositions origins, Problems problems) {
    Map<Object, Integer> seen = new HashMap<>();
    for (int i = 0; i < values.size(); i++) {
      Integer first = seen.putIfAbsent(values.get(i), i);
      if (first != null) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        Object value = values.get(i);
        String at = path + "[" + i + "]";
        problems.add(
            origins.of(at), at, () -> value + " is " + name + "[" + first + "] too; drop one");
      }
    }
  }
}
