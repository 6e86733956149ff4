package io.stitchflow.stage;

/** The steps of an experiment, in the order in which they run; each is one PTransform. */
public enum Phase {
  IMPORT_DATASETS,
  TRAIN_NETWORKS,
  COLLECT_REPRESENTATIONS,
  FIT_STITCHES,
  COMPARE_STITCHES,
  WRITE_REPORT
}
