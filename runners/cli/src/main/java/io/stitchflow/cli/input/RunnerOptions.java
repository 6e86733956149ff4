package io.stitchflow.cli.input;

import io.stitchflow.transforms.Cluster;
import io.stitchflow.v1.Plan;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a run computes what the store does not have. */
public final class RunnerOptions {
  private static final String DIRECT = "direct";
  private static final String FLINK = "flink";
  private static final String LOCAL = "[local]";
  private static final Pattern MASTER = Pattern.compile("[A-Za-z0-9._-]+:([0-9]{1,5})");

  @Option(
      names = "--runner",
      paramLabel = "NAME",
      description = "direct: in this process (default); flink: on a Flink cluster.")
  private String runner = DIRECT;

  @Option(
      names = "--flink-master",
      paramLabel = "HOST:PORT",
      description =
          "REST address of the JobManager, or [local] for a cluster in this process. Requires --runner flink.")
  private String master = "";

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description =
          "Number of task slots to use. Default: all slots of the cluster. Requires --runner flink.")
  private @Nullable Integer parallelism;

  @Option(
      names = "--detach",
      description =
          "Submits the job, prints the run's ID and exits; follow the run with 'watch'. Requires --runner flink.")
  private boolean detach;

  @Option(
      names = "--require-cache",
      description =
          "Fails a stage whose outputs cannot be written to the store or its remote store. Without this option the run continues, keeps the outputs on local disk until it ends, and prints a warning.")
  private boolean requireCache;

  public boolean isDirect() {
    return runner.equals(DIRECT);
  }

  /** Whether no option changes what is run or where. */
  public boolean isDefault() {
    return isDirect() && !requireCache;
  }

  /** Whether the cluster is in this process and ends with it. */
  public boolean isEmbedded() {
    return master.equals(LOCAL);
  }

  /**
   * What was chosen.
   *
   * @throws InputException if options contradict each other
   */
  public void check() throws InputException {
    if (!isDirect() && !runner.equals(FLINK)) {
      var unused = cluster();
    }
    if (isDirect() && (!master.isEmpty() || parallelism != null || detach)) {
      throw new InputException(
          "--flink-master, --parallelism and --detach require --runner flink; add it, or remove them");
    }
    if (!isDirect() && master.isEmpty()) {
      throw new InputException(
          "--runner "
              + runner
              + " requires --flink-master: HOST:PORT, or [local] for a cluster in this process");
    }
    if (parallelism != null && parallelism < 1) {
      throw new InputException(
          "--parallelism: must be at least 1, but was "
              + parallelism
              + "; omit it to use all slots");
    }
    if (detach && isEmbedded()) {
      throw new InputException(
          "--detach: not possible with --flink-master [local], whose cluster ends with this process");
    }
    if (!isDirect()) {
      var unused = cluster();
      checkMaster(master);
    }
  }

  public static void checkMaster(String master) throws InputException {
    Matcher address = MASTER.matcher(master);
    if (master.equals(LOCAL)) {
      return;
    }
    if (!address.matches() || !isPort(Integer.parseInt(address.group(1)))) {
      throw new InputException(
          "--flink-master: needs HOST:PORT of a JobManager's REST interface, with a port from 1 to"
              + " 65535, or [local], but was: '"
              + master
              + "'");
    }
  }

  private static boolean isPort(int number) {
    return number >= 1 && number <= 65_535;
  }

  public Cluster cluster() throws InputException {
    return cluster(runner);
  }

  public static Cluster cluster(String name) throws InputException {
    Map<String, Cluster> clusters = Cluster.all();
    Cluster cluster = clusters.get(name);
    if (cluster == null) {
      throw new InputException(
          "--runner: there is no '"
              + name
              + "' here; choose direct"
              + (clusters.isEmpty()
                  ? ", or start through runners/stitchflow for flink"
                  : " or flink"));
    }
    return cluster;
  }

  /** The plan as it is to run. */
  public Plan applyTo(Plan plan) {
    if (!requireCache) {
      return plan;
    }
    Plan.Builder strict = plan.toBuilder();
    strict.getStageBuilderList().forEach(stage -> stage.setMustStore(true));
    return strict.build();
  }

  public String name() {
    return runner;
  }

  public String master() {
    return master;
  }

  /** Slots to use; 0 for all. */
  public int parallelism() {
    return parallelism == null ? 0 : parallelism;
  }

  public boolean detach() {
    return detach;
  }
}
