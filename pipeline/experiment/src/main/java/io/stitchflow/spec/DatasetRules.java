package io.stitchflow.spec;

import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ExampleNormalization;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What must hold of a data set: the experiment's, or that of a network. */
final class DatasetRules {
  private final Dataset written;
  private final Dataset filled;
  private final String path;
  private final SourcePositions origins;
  private final Problems problems;
  private final @Nullable DatasetSummary summary;

  /**
   * @param written the data set without defaults
   * @param filled the same with all of them
   * @param path of its field, such as {@code dataset}
   * @param base what paths in it are relative to
   */
  DatasetRules(
      Dataset written,
      Dataset filled,
      String path,
      Path base,
      SourcePositions origins,
      Problems problems) {
    this.written = written;
    this.filled = filled;
    this.path = path;
    this.origins = origins;
    this.problems = problems;
    @Nullable DatasetKind kind = DatasetKinds.find(filled);
    this.summary = kind == null ? null : kind.summarize(filled, base);
  }

  private void add(String path, String text) {
    problems.add(origins.of(path), path, text);
  }

  /** Adds everything that is wrong. */
  void check() {
    if (summary == null) {
      checkKind();
      return;
    }
    String kind = path + "." + DatasetKinds.field(filled);
    for (DatasetSummary.Problem problem : summary.problems()) {
      add(kind + "." + problem.field(), problem.text());
    }
    if (summary.problems().isEmpty()) {
      checkShape(kind, summary);
      boolean hasTest = summary.testExamples() > 0;
      if (!hasTest && !filled.getSplit().hasTest()) {
        add(
            kind,
            "has no test split; add one, or set a part of the train split apart: dataset { split"
                + " { test { fraction: 0.2 } } }");
      }
      checkSplit(summary.trainExamples(), hasTest);
    }
  }

  /** Adds that the kind is missing or unknown. */
  private void checkKind() {
    if (written.hasExtension()) {
      String name = written.getExtension().getName();
      Set<String> names = new TreeSet<>();
      DatasetKinds.extensions().forEach(kind -> names.add(kind.name()));
      add(
          path + ".extension.name",
          "no kind of data set on the class path is named '"
              + name
              + "'; "
              + (names.isEmpty() ? "add a jar that has it" : Suggestion.advice(name, names)));
      return;
    }
    List<String> usages = DatasetKinds.builtIn().stream().map(DatasetKind::usage).toList();
    int last = usages.size() - 1;
    add(
        path,
        "is missing; choose "
            + String.join(", ", usages.subList(0, last))
            + " or "
            + usages.get(last));
  }

  private void checkShape(String kind, DatasetSummary summary) {
    @Nullable String complaint = ClassificationTask.complaint(summary.shape());
    if (complaint != null) {
      add(
          kind,
          "has examples of shape "
              + summary.shape()
              + ", but "
              + complaint
              + "; choose another data set");
      return;
    }
    checkNormalization(summary.shape());
  }

  private void checkNormalization(List<Integer> shape) {
    ExampleNormalization normalization = written.getNormalization();
    String at = path + ".normalization";
    int means = normalization.getMeanCount();
    int deviations = normalization.getStdCount();
    if (normalization.getFromTrain()) {
      if (means + deviations > 0) {
        add(at + ".from_train", "is given beside mean and std; drop one of them");
      }
      return;
    }
    if (!written.hasNormalization()) {
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

  /** The data set before its import, or null if its kind is missing or unknown. */
  @Nullable DatasetSummary summary() {
    return summary;
  }

  /** The data set with all defaults. */
  Dataset filled() {
    return filled;
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

  /** Examples of a split; 0 if unknown because of a problem that {@link #check} adds. */
  long examples(String split) {
    if (summary == null || !summary.problems().isEmpty()) {
      return 0;
    }
    boolean hasTest = summary.testExamples() > 0;
    SplitSizes sizes = SplitSizes.of(filled.getSplit(), summary.trainExamples(), hasTest);
    if (!sizes.problems().isEmpty()) {
      return 0;
    }
    return switch (split) {
      case "train" -> sizes.train();
      case "validation" -> sizes.validation();
      default -> summary.testExamples() + sizes.test();
    };
  }

  /** Whether a part of the train examples is set apart that nothing learns from. */
  boolean hasValidation() {
    return filled.getSplit().hasValidation();
  }

  /** Adds what is different from the experiment's data set, of which the network gets examples. */
  void checkAlike(DatasetRules experiment) {
    @Nullable DatasetSummary other = experiment.summary;
    if (task() == null || experiment.task() == null || summary == null || other == null) {
      return;
    }
    if (!summary.shape().equals(other.shape()) || summary.element() != other.element()) {
      add(
          path,
          String.format(
              Locale.ROOT,
              "has examples %s of %s, but in stitching the network gets those of the experiment's"
                  + " data set, %s of %s; choose data sets of one shape and type",
              summary.shape(),
              summary.element(),
              other.shape(),
              other.element()));
    } else if (filled.getNormalization().getFromTrain()
        || !filled.getNormalization().equals(experiment.filled.getNormalization())) {
      add(
          path + ".normalization",
          "may differ from the experiment's, whose examples the network gets in stitching; write"
              + " the same mean and std in both");
    }
  }

  /** Checks the parts of the source's train examples. */
  private void checkSplit(long all, boolean hasTest) {
    SplitSizes sizes = SplitSizes.of(filled.getSplit(), all, hasTest);
    for (SplitSizes.Problem problem : sizes.problems()) {
      String field = problem.field().isEmpty() ? "" : "." + problem.field();
      add(path + ".split" + field, problem.text());
    }
  }
}
