package io.stitchflow.plan;

import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The data sets of an experiment; the import of each is planned where it is first asked for. */
final class DatasetSources {
  private final ValidExperiment valid;
  private final PlanBuilder stages;
  private final Path downloads;
  private final Map<Dataset, DatasetSource> known = new LinkedHashMap<>();

  /**
   * @param downloads directory of downloaded archives
   */
  DatasetSources(ValidExperiment valid, PlanBuilder stages, Path downloads) {
    this.valid = valid;
    this.stages = stages;
    this.downloads = downloads;
  }

  /** What stitches learn from, and all but networks with a data set of their own. */
  DatasetSource ofExperiment() throws IOException {
    return source(DatasetSource.STAGE, valid.experiment().getDataset());
  }

  /** What the network is trained and evaluated on. */
  DatasetSource of(Network network) throws IOException {
    return network.hasDataset()
        ? source(DatasetSource.STAGE + " of " + network.getName(), network.getDataset())
        : ofExperiment();
  }

  private DatasetSource source(String id, Dataset dataset) throws IOException {
    @Nullable DatasetSource source = known.get(dataset);
    if (source == null) {
      source =
          DatasetSource.of(
              id,
              dataset,
              Objects.requireNonNull(valid.datasets().get(dataset)),
              valid.base(),
              downloads);
      stages.add(source.stage());
      known.put(dataset, source);
    }
    return source;
  }
}
