package io.stitchflow.flink;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.Store;
import io.stitchflow.transforms.BeamRun;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.transforms.ClusterException;
import io.stitchflow.transforms.RunSpec;
import io.stitchflow.v1.Run;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * A Flink session cluster, or one in this process for {@code [local]}. A run's id is the id of its
 * Flink job.
 */
public final class FlinkCluster implements Cluster {
  /** The master that means: start a cluster in this process. */
  private static final String LOCAL = "[local]";

  /** The file that Flink reads in a configuration directory. */
  private static final String CONFIGURATION = "config.yaml";

  @Override
  public String name() {
    return "flink";
  }

  @Override
  public int slots(String master, int wanted) throws IOException {
    if (master.equals(LOCAL)) {
      return wanted == 0 ? Runtime.getRuntime().availableProcessors() : wanted;
    }
    int slots = new FlinkRest(master).slots();
    if (slots == 0) {
      throw new ClusterException(master + ": the cluster has no task slots; start a TaskManager");
    }
    if (wanted > slots) {
      throw new ClusterException(
          master
              + ": the cluster has "
              + slots
              + " slots, but --parallelism is "
              + wanted
              + "; choose 1 to "
              + slots);
    }
    return wanted == 0 ? slots : wanted;
  }

  @Override
  public Job submit(Run run, PlanStatus survey, Store store)
      throws IOException, InterruptedException {
    if (!run.getMaster().equals(LOCAL)) {
      return submit(run, survey, store, new Site(run.getMaster(), bundle(), () -> {}));
    }
    EmbeddedFlink embedded = EmbeddedFlink.start(run.getSlots());
    try {
      Site site = new Site(embedded.master(), List.of(own().toString()), embedded);
      return submit(run, survey, store, site);
    } catch (IOException | RuntimeException e) {
      embedded.release();
      throw e;
    }
  }

  /**
   * Where a job runs.
   *
   * @param bundle what it brings along
   * @param held what ends with it
   */
  private record Site(String master, List<String> bundle, FlinkJob.Held held) {}

  private static Job submit(Run run, PlanStatus survey, Store store, Site site) throws IOException {
    FlinkRest rest = new FlinkRest(site.master());
    int slots = run.getSlots();
    String id = BeamRun.newId();
    RunFiles files = RunFiles.share(store, id, run);
    RunSpec spec =
        new RunSpec(id, store.location(), slots, RunSpec.Sharing.HELPED, survey.missing());
    Path configuration = configuration(id);
    try {
      FlinkPipelineOptions options = options(site, slots, configuration);
      options.setJobName("stitchflow " + run.getExperiment().getName());
      var unused = BeamRun.pipeline(options, spec, survey).run();
    } catch (RuntimeException e) {
      throw new ClusterException(
          site.master() + ": the job could not be submitted: " + FlinkJob.root(e), e);
    } finally {
      Files.delete(configuration.resolve(CONFIGURATION));
      Files.delete(configuration);
    }
    return new FlinkJob(id, rest, files, run.getPlan(), site.held());
  }

  @Override
  public Job attach(String id, Run run, Store store) throws IOException {
    if (run.getMaster().equals(LOCAL)) {
      throw new ClusterException(
          "run "
              + id
              + " used a cluster in its own process and ended with that process; start it again with 'run'");
    }
    return new FlinkJob(
        id, new FlinkRest(run.getMaster()), RunFiles.at(store, id), run.getPlan(), () -> {});
  }

  private static FlinkPipelineOptions options(Site site, int slots, Path configuration) {
    FlinkPipelineOptions options = PipelineOptionsFactory.create().as(FlinkPipelineOptions.class);
    options.setRunner(FlinkRunner.class);
    options.setFlinkMaster(site.master());
    options.setFlinkConfDir(configuration.toString());
    options.setFilesToStage(site.bundle());
    options.setParallelism(slots);
    options.setAttachedMode(false);
    // The older translation puts every element of a batch on one slot
    options.setUseDataStreamForBatch(true);
    // Elements are messages, which nobody changes
    options.setFasterCopy(true);
    return options;
  }

  /** A directory with the client's configuration, which Beam takes from nowhere else. */
  private static Path configuration(String id) throws IOException {
    Path directory = Files.createTempDirectory("stitchflow-flink-");
    Files.writeString(
        directory.resolve(CONFIGURATION),
        "$internal.pipeline.job-id: "
            + id
            + "\n# Else Flink would choose how many slots a step gets\n"
            + "execution.batch.adaptive.auto-parallelism.enabled: false\n");
    return directory;
  }

  /** Where this class is; never nothing, for which Beam would bring the whole class path. */
  private static Path own() {
    URL location = FlinkCluster.class.getProtectionDomain().getCodeSource().getLocation();
    try {
      return Path.of(location.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("classes come from files, but was: " + location, e);
    }
  }

  /**
   * The jars that a job brings to its workers.
   *
   * @throws ClusterException if they are not there
   */
  private static List<String> bundle() throws IOException {
    Path directory = own().resolveSibling("bundle");
    if (!Files.isDirectory(directory)) {
      throw new ClusterException(
          directory + ": the jars for Flink's workers are missing; build them with mvn package");
    }
    try (Stream<Path> jars = Files.list(directory)) {
      return Stream.concat(Stream.of(own()), jars.sorted()).map(Path::toString).toList();
    }
  }
}
