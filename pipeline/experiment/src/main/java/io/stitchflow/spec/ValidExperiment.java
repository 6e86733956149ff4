package io.stitchflow.spec;

import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.v1.Experiment;
import java.nio.file.Path;

/**
 * An experiment without mistakes.
 *
 * @param experiment every default explicit, but that no {@code cut} still means all cuts
 * @param base what its paths are relative to
 * @param dataset the data set before its import
 */
public record ValidExperiment(Experiment experiment, Path base, DatasetSummary dataset) {}
