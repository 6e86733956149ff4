package io.stitchflow.spec;

import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An experiment without mistakes.
 *
 * @param experiment every default explicit, but that no {@code cut} still means all cuts
 * @param base what its paths are relative to
 * @param datasets the experiment's data set and those of networks, before their import
 */
public record ValidExperiment(
    Experiment experiment, Path base, Map<Dataset, DatasetSummary> datasets) {
  public ValidExperiment {
    datasets = Collections.unmodifiableMap(new LinkedHashMap<>(datasets));
  }
}
