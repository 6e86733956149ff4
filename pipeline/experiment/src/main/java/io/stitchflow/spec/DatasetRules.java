package io.stitchflow.spec;

import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ExampleNormalization;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingRecipe;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What must hold of an experiment's data set, and of what is learned from so many images. */
final class DatasetRules {
  private static final int SHOWN_PLACES = 3;
  private static final int IMAGE = 3;

  private final Experiment written;
  private final Experiment filled;
  private final SourcePositions origins;
  private final Problems problems;
  private final @Nullable DatasetSummary summary;

  /**
   * @param written the experiment without defaults
   * @param filled the same with all of them
   * @param base what paths in it are relative to
   */
  DatasetRules(
      Experiment written,
      Experiment filled,
      Path base,
      SourcePositions origins,
      Problems problems) {
    this.written = written;
    this.filled = filled;
    this.origins = origins;
    this.problems = problems;
    @Nullable DatasetKind kind = DatasetKinds.find(filled.getDataset());
    this.summary = kind == null ? null : kind.summarize(filled.getDataset(), base);
  }

  private String path() {
    return "dataset." + DatasetKinds.field(filled.getDataset());
  }

  private void add(String path, String text) {
    problems.add(origins.of(path), path, text);
  }

  /** Adds everything that is wrong. */
  void check() {
    checkPatience();
    if (summary == null) {
      checkKind();
      return;
    }
    String path = path();
    for (DatasetSummary.Problem problem : summary.problems()) {
      add(path + "." + problem.field(), problem.text());
    }
    if (summary.problems().isEmpty()) {
      checkShape(path, summary);
      boolean hasTest = summary.testExamples() > 0;
      if (!hasTest && !filled.getDataset().getSplit().hasTest()) {
        add(
            path,
            "has no test split; add one, or set a part of the train split apart: dataset { split"
                + " { test { fraction: 0.2 } } }");
      }
      checkSplit(summary.trainExamples(), hasTest);
    }
  }

  /** Adds that the kind is missing or unknown. */
  private void checkKind() {
    Dataset dataset = written.getDataset();
    if (dataset.hasExtension()) {
      String name = dataset.getExtension().getName();
      Set<String> names = new TreeSet<>();
      DatasetKinds.extensions().forEach(kind -> names.add(kind.name()));
      add(
          "dataset.extension.name",
          "no kind of data set on the class path is named '"
              + name
              + "'; "
              + (names.isEmpty() ? "add a jar that has it" : Suggestion.advice(name, names)));
      return;
    }
    List<String> usages = DatasetKinds.builtIn().stream().map(DatasetKind::usage).toList();
    int last = usages.size() - 1;
    add(
        "dataset",
        "is missing; choose "
            + String.join(", ", usages.subList(0, last))
            + " or "
            + usages.get(last));
  }

  private void checkShape(String path, DatasetSummary summary) {
    @Nullable String complaint = ClassificationTask.complaint(summary.shape());
    if (complaint != null) {
      add(
          path,
          "has examples of shape "
              + summary.shape()
              + ", but "
              + complaint
              + "; choose another data set");
      return;
    }
    checkNormalization(summary.shape());
    boolean image = summary.shape().size() == IMAGE;
    int side = image ? Math.min(summary.shape().get(1), summary.shape().get(2)) : 0;
    for (int i = 0; i < written.getNetworkCount(); i++) {
      TrainingRecipe recipe = written.getNetwork(i).getRecipe();
      String at = "network[" + i + "].recipe.";
      checkPixels(at + "translate", recipe.getTranslate(), side / 2);
      checkPixels(at + "cutout", recipe.getCutout(), side);
      if (recipe.getFlip() && !image) {
        add(
            at + "flip",
            "is for examples [channels, height, width], but these are "
                + summary.shape()
                + "; drop it");
      }
    }
  }

  private void checkNormalization(List<Integer> shape) {
    ExampleNormalization normalization = written.getDataset().getNormalization();
    String at = "dataset.normalization";
    int means = normalization.getMeanCount();
    int deviations = normalization.getStdCount();
    if (normalization.getFromTrain()) {
      if (means + deviations > 0) {
        add(at + ".from_train", "is given beside mean and std; drop one of them");
      }
      return;
    }
    if (!written.getDataset().hasNormalization()) {
      return;
    }
    int channels = NetworkInputs.Scale.channels(shape);
    if (means != channels || deviations != channels) {
      add(
          at,
          String.format(
              Locale.ROOT,
              "has %d numbers of mean and %d of std, but examples %s have %d channels; write a"
                  + " number of each for each channel, or from_train: true",
              means,
              deviations,
              shape,
              channels));
      return;
    }
    @Nullable String complaint =
        NetworkInputs.Scale.complaint(normalization.getMeanList(), normalization.getStdList());
    if (complaint != null) {
      add(at, complaint + "; correct them");
    }
  }

  private void checkPixels(String path, int pixels, int most) {
    if (Integer.compareUnsigned(pixels, most) > 0) {
      add(
          path,
          "is " + Integer.toUnsignedString(pixels) + "; choose a whole number from 0 to " + most);
    }
  }

  /** The data set before its import, or null if its kind is missing or unknown. */
  @Nullable DatasetSummary summary() {
    return summary;
  }

  /** What networks classify; null if unknown because of a problem that {@link #check} adds. */
  @Nullable ClassificationTask task() {
    if (summary == null
        || !summary.problems().isEmpty()
        || ClassificationTask.complaint(summary.shape()) != null) {
      return null;
    }
    return new ClassificationTask(summary.shape(), summary.classes());
  }

  /** Images of a split; 0 if unknown because of a problem that {@link #check} adds. */
  long images(String split) {
    if (summary == null || !summary.problems().isEmpty()) {
      return 0;
    }
    boolean hasTest = summary.testExamples() > 0;
    SplitSizes sizes =
        SplitSizes.of(filled.getDataset().getSplit(), summary.trainExamples(), hasTest);
    return switch (split) {
      case "train" -> sizes.train();
      case "validation" -> sizes.validation();
      default -> summary.testExamples() + sizes.test();
    };
  }

  /** Checks the parts of the source's train images, and what their numbers limit. */
  private void checkSplit(long all, boolean hasTest) {
    SplitSizes sizes = SplitSizes.of(filled.getDataset().getSplit(), all, hasTest);
    for (SplitSizes.Problem problem : sizes.problems()) {
      String field = problem.field().isEmpty() ? "" : "." + problem.field();
      add("dataset.split" + field, problem.text());
    }
    if (sizes.problems().isEmpty()) {
      checkExamples(sizes.train());
    }
  }

  /** Checks what the number of train examples limits. */
  private void checkExamples(long train) {
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
      if (trained.contains(name) && recipe.getEpochs() != 0) {
        checkBatch("network[" + i + "].recipe.batch_size", recipe.getBatchSize(), train, large);
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
    if (filled.getDataset().getSplit().hasValidation()) {
      return;
    }
    String none =
        "needs images that nothing learns from; set some apart: dataset { split { validation { fraction: 0.1 } } }";
    for (int i = 0; i < written.getNetworkCount(); i++) {
      if (written.getNetwork(i).getRecipe().getPatience() > 0) {
        add("network[" + i + "].recipe.patience", none);
      }
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
