package io.stitchflow.spec;

import io.stitchflow.dataset.Cifar;
import io.stitchflow.dataset.OfficialArchive;
import io.stitchflow.network.Architecture;
import io.stitchflow.plan.DatasetSource;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.TrainingRecipe;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What must hold of an experiment's data set, and of what is learned from so many images. */
final class DatasetRules {
  private static final int SHOWN_PLACES = 3;

  private final Experiment written;
  private final Experiment filled;
  private final Path base;
  private final SourcePositions origins;
  private final Problems problems;

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
    this.base = base;
    this.origins = origins;
    this.problems = problems;
  }

  private void add(String path, String text) {
    problems.add(origins.of(path), path, text);
  }

  /** Adds everything that is wrong. */
  void check() {
    checkPatience();
    Dataset dataset = written.getDataset();
    switch (dataset.getKindCase()) {
      case KIND_NOT_SET ->
          add(
              "dataset",
              "is missing; choose cifar10 { }, cifar100 { }, image_folder { directory: \"...\" } or"
                  + " synthetic { }");
      case SYNTHETIC ->
          checkSplit(
              Integer.toUnsignedLong(filled.getDataset().getSynthetic().getTrainExamples()), true);
      case CIFAR10 ->
          checkCifar(
              Cifar.CIFAR10,
              "dataset.cifar10",
              dataset.getCifar10().getDirectory(),
              dataset.getCifar10().getUrl());
      case CIFAR100 ->
          checkCifar(
              Cifar.CIFAR100,
              "dataset.cifar100",
              dataset.getCifar100().getDirectory(),
              dataset.getCifar100().getUrl());
      case IMAGE_FOLDER -> checkImageFolder(dataset.getImageFolder().getDirectory());
    }
  }

  /** Of the data set; ten where they are unknown, which is complained of elsewhere. */
  int classes() {
    Dataset dataset = written.getDataset();
    return switch (dataset.getKindCase()) {
      case CIFAR100 ->
          dataset.getCifar100().getCoarse()
              ? DatasetSource.COARSE_CLASSES
              : DatasetSource.FINE_CLASSES;
      case IMAGE_FOLDER -> {
        ImageFolderDirectory directory =
            ImageFolderDirectory.of(dataset.getImageFolder().getDirectory(), base);
        yield directory.complaints().isEmpty() ? directory.classes() : Architecture.CLASSES;
      }
      case CIFAR10, SYNTHETIC, KIND_NOT_SET -> Architecture.CLASSES;
    };
  }

  private void checkCifar(Cifar cifar, String path, String written, String url) {
    if (!url.isEmpty() && !written.isEmpty()) {
      add(path + ".url", "is given beside directory, so nothing is downloaded; drop one");
    } else if (!url.isEmpty() && OfficialArchive.hasCredentials(url)) {
      add(
          path + ".url",
          "must not hold a user or password, since it is shown and recorded with the run; leave out"
              + " all up to the '@'");
    } else if (!url.isEmpty() && !OfficialArchive.isUrl(url)) {
      add(path + ".url", "'" + url + "' is no http:// or https:// address of a file; write one");
    }
    if (written.isEmpty()) {
      checkSplit(Cifar.TRAIN_EXAMPLES, true);
      return;
    }
    CifarDirectory directory = CifarDirectory.of(cifar, written, base);
    directory.complaints().forEach(complaint -> add(path + ".directory", complaint));
    if (directory.complaints().isEmpty()) {
      checkSplit(directory.trainExamples(), true);
    }
  }

  private void checkImageFolder(String written) {
    String path = "dataset.image_folder.directory";
    ImageFolderDirectory directory = ImageFolderDirectory.of(written, base);
    directory.complaints().forEach(complaint -> add(path, complaint));
    if (!directory.complaints().isEmpty()) {
      return;
    }
    boolean hasTest = directory.testExamples() > 0;
    if (!hasTest && !filled.getDataset().getSplit().hasTest()) {
      add(
          path,
          "has no folder test beside train; add one, or set a part of train apart: dataset { split"
              + " { test { fraction: 0.2 } } }");
    }
    checkSplit(directory.trainExamples(), hasTest);
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
    for (int i = 0; i < written.getNetworkCount(); i++) {
      TrainingRecipe recipe =
          recipes.getOrDefault(
              written.getNetwork(i).getName(), TrainingRecipe.getDefaultInstance());
      if (recipe.getEpochs() != 0) {
        checkBatch("network[" + i + "].recipe.batch_size", recipe.getBatchSize(), train, large);
      }
    }
    long learned = kept == 0 ? train : Math.min(kept, train);
    checkBatch(
        "vanilla.recipe.batch_size",
        filled.getVanilla().getRecipe().getBatchSize(),
        learned,
        large);
    checkBatch(
        "copy.recipe.batch_size", filled.getCopy().getRecipe().getBatchSize(), learned, large);
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

  /** A batch size that nobody wrote is told of once, with the others. */
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
  }
}
