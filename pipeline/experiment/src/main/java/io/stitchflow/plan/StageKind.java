package io.stitchflow.plan;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.Action.ParametersCase;
import io.stitchflow.v1.Stage;
import java.util.EnumMap;
import java.util.Map;

/** The stages there are, in the order in which an experiment runs them. */
public enum StageKind {
  IMPORT_DATASET(ParametersCase.IMPORT_DATASET, 2, "data sets"),
  IMPORT_NETWORK(ParametersCase.IMPORT_NETWORK, 1, "imported weights"),
  TRAIN_NETWORK(ParametersCase.TRAIN_NETWORK, 2, "networks"),
  COLLECT_REPRESENTATION(ParametersCase.COLLECT_REPRESENTATION, 3, "representations"),
  COLLECT_GRAM(ParametersCase.COLLECT_GRAM, 2, "Gram matrices"),
  COLLECT_CROSS_MOMENTS(ParametersCase.COLLECT_CROSS_MOMENTS, 2, "cross moments"),
  SOLVE_COPY_STITCH(ParametersCase.SOLVE_COPY_STITCH, 2, "copy stitches, least squares"),
  FIT_COPY_STITCH(ParametersCase.FIT_COPY_STITCH, 1, "copy stitches, SGD"),
  FIT_VANILLA_STITCH(ParametersCase.FIT_VANILLA_STITCH, 2, "vanilla stitches"),
  COMPARE_STITCHES(ParametersCase.COMPARE_STITCHES, 3, "comparisons"),
  WRITE_REPORT(ParametersCase.WRITE_REPORT, 5, "report");

  private static final Map<ParametersCase, StageKind> OF_PARAMETERS =
      new EnumMap<>(ParametersCase.class);

  static {
    for (StageKind kind : values()) {
      OF_PARAMETERS.put(kind.parameters, kind);
    }
  }

  private final ParametersCase parameters;
  private final int version;
  private final String title;

  StageKind(ParametersCase parameters, int version, String title) {
    this.parameters = parameters;
    this.version = version;
    this.title = title;
  }

  public static StageKind of(Stage stage) {
    return of(stage.getAction());
  }

  /**
   * The kind whose parameters the action has.
   *
   * @throws IllegalArgumentException if it has none
   */
  public static StageKind of(Action action) {
    StageKind kind = OF_PARAMETERS.get(action.getParametersCase());
    if (kind == null) {
      throw new IllegalArgumentException("an action needs parameters, but has none: " + action);
    }
    return kind;
  }

  /** Raised whenever what the stage computes changes; part of every key. */
  public int version() {
    return version;
  }

  /** Whether libtorch computes, so that its version and device are part of the key. */
  public boolean usesTorch() {
    return !isImport() && this != SOLVE_COPY_STITCH && this != WRITE_REPORT;
  }

  /** Whether it reads files from outside, which are where the experiment is. */
  public boolean isImport() {
    return this == IMPORT_DATASET || this == IMPORT_NETWORK;
  }

  /** What the stage makes, in the plural, for people. */
  public String title() {
    return title;
  }
}
