package io.stitchflow.spec;

import io.stitchflow.network.ClassificationTask;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingRecipe;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What must hold of all that learns, given the examples that it learns from. */
final class TrainingRules {
  private static final int SHOWN_PLACES = 3;

  private final Experiment written;
  private final Experiment filled;
  private final DatasetRules dataset;
  private final List<DatasetRules> ofNetworks;
  private final SourcePositions origins;
  private final Problems problems;

  /**
   * @param written the experiment without defaults
   * @param filled the same with all of them
   * @param dataset the experiment's, which stitches learn from
   * @param ofNetworks what each written network learns from
   */
  TrainingRules(
      Experiment written,
      Experiment filled,
      DatasetRules dataset,
      List<DatasetRules> ofNetworks,
      SourcePositions origins,
      Problems problems) {
    this.written = written;
    this.filled = filled;
    this.dataset = dataset;
    this.ofNetworks = ofNetworks;
    this.origins = origins;
    this.problems = problems;
  }

  private void add(String path, String text) {
    problems.add(origins.of(path), path, text);
  }

  /** Adds everything that is wrong. */
  void check() {
    checkPatience();
    for (int i = 0; i < written.getNetworkCount(); i++) {
      checkAugmentation(i);
    }
    checkExamples();
  }

  private void checkAugmentation(int i) {
    @Nullable ClassificationTask task = ofNetworks.get(i).task();
    if (task == null) {
      return;
    }
    int side = task.isMap() ? Math.min(task.shape().get(1), task.shape().get(2)) : 0;
    TrainingRecipe recipe = written.getNetwork(i).getRecipe();
    String at = "network[" + i + "].recipe.";
    checkPixels(at + "translate", recipe.getTranslate(), side / 2);
    checkPixels(at + "cutout", recipe.getCutout(), side);
    if (recipe.getFlip() && !task.isMap()) {
      add(
          at + "flip",
          "is for examples [channels, height, width], but these are " + task.shape() + "; drop it");
    }
  }

  private void checkPixels(String path, int pixels, int most) {
    if (Integer.compareUnsigned(pixels, most) > 0) {
      add(
          path,
          "is " + Integer.toUnsignedString(pixels) + "; choose a whole number from 0 to " + most);
    }
  }

  /** Checks what the number of train examples limits. */
  private void checkExamples() {
    long train = dataset.examples("train");
    if (train == 0) {
      return;
    }
    long kept = Integer.toUnsignedLong(filled.getRepresentation().getExamples());
    if (kept > train) {
      add(
          "representation.examples",
          "is "
              + kept
              + ", but the data set has "
              + train
              + " train examples; choose 0 to "
              + train
              + ", 0 for all");
    }
    Map<String, Long> large = new LinkedHashMap<>();
    Map<String, TrainingRecipe> recipes = recipes();
    Set<String> trained = trained();
    for (int i = 0; i < written.getNetworkCount(); i++) {
      // Networks that differ in their seed have one recipe
      String name =
          NetworkSeeds.names(written.getNetwork(i)).stream()
              .filter(trained::contains)
              .findFirst()
              .orElse("");
      TrainingRecipe recipe = recipes.getOrDefault(name, TrainingRecipe.getDefaultInstance());
      long own = ofNetworks.get(i).examples("train");
      if (trained.contains(name) && recipe.getEpochs() != 0 && own > 0) {
        checkBatch("network[" + i + "].recipe.batch_size", recipe.getBatchSize(), own, large);
      }
    }
    long learned = kept == 0 ? train : Math.min(kept, train);
    checkBatch("vanilla", filled.getVanilla().getRecipe(), learned, large);
    if (filled.getCopy().getSolverList().contains(CopySolver.SGD)) {
      checkBatch("copy", filled.getCopy().getRecipe(), learned, large);
    }
    if (!large.isEmpty()) {
      String places =
          large.keySet().stream().limit(SHOWN_PLACES).collect(Collectors.joining(", "))
              + (large.size() > SHOWN_PLACES ? ", ..." : "");
      add(
          "representation.examples",
          "stitches and networks learn from "
              + learned
              + " examples, fewer than the default batch of "
              + Collections.max(large.values())
              + "; set "
              + places);
    }
  }

  /** Of the networks that are used, by name, with all defaults. */
  private Map<String, TrainingRecipe> recipes() {
    Map<String, TrainingRecipe> recipes = new HashMap<>();
    filled.getNetworkList().forEach(used -> recipes.putIfAbsent(used.getName(), used.getRecipe()));
    return recipes;
  }

  /** Names of the networks that a pair uses trained under at least one condition. */
  private Set<String> trained() {
    Set<String> names = new HashSet<>();
    for (Condition condition : filled.getConditionList()) {
      for (Pair pair : filled.getPairList()) {
        if (!Conditions.randomSender(condition)) {
          names.add(pair.getSender());
        }
        if (!Conditions.randomReceiver(condition)) {
          names.add(pair.getReceiver());
        }
      }
    }
    return names;
  }

  private void checkBatch(
      String field, StitchRecipe recipe, long examples, Map<String, Long> unwritten) {
    if (recipe.getEpochs() != 0) {
      checkBatch(field + ".recipe.batch_size", recipe.getBatchSize(), examples, unwritten);
    }
  }

  /** A batch size that nobody wrote is reported once, with the others. */
  private void checkBatch(String path, int batch, long examples, Map<String, Long> unwritten) {
    long size = Integer.toUnsignedLong(batch);
    if (size > examples && origins.isWritten(path)) {
      add(
          path,
          "is "
              + size
              + ", but there are "
              + examples
              + " examples to learn from; choose 1 to "
              + examples);
    } else if (size > examples) {
      unwritten.put(path, size);
    }
  }

  /** Who waits for a better epoch must have images to judge by. */
  private void checkPatience() {
    if (written.getCopy().getRecipe().getPatience() > 0) {
      add("copy.recipe.patience", "is for vanilla stitches; drop it");
    }
    String none =
        "needs images that nothing learns from; set some apart: dataset { split { validation { fraction: 0.1 } } }";
    for (int i = 0; i < written.getNetworkCount(); i++) {
      if (written.getNetwork(i).getRecipe().getPatience() > 0
          && !ofNetworks.get(i).hasValidation()) {
        add("network[" + i + "].recipe.patience", none);
      }
    }
    if (dataset.hasValidation()) {
      return;
    }
    if (written.getVanilla().getRecipe().getPatience() > 0) {
      add("vanilla.recipe.patience", none);
    }
    if (written.getFront().getRecipe().getPatience() > 0) {
      add("front.recipe.patience", none);
    }
    if (written.getRank().getRecipe().getPatience() > 0) {
      add("rank.recipe.patience", none);
    }
  }
}
