package io.stitchflow.transforms;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.RunListener;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Runs stages on other machines; found by {@link ServiceLoader}. */
public interface Cluster {
  /** As {@code --runner} has it. */
  String name();

  /**
   * How many slots a run is to use.
   *
   * @param wanted so many, or all that the cluster has where it is 0
   * @throws ClusterException if {@code master} does not answer or has not so many
   */
  int slots(String master, int wanted) throws IOException;

  /**
   * Submits what {@code survey} found missing.
   *
   * @param run what is kept in the store for workers and watchers; it says where to submit, and how
   *     many slots to use
   * @throws ClusterException if the cluster does not take it
   */
  Job submit(Run run, PlanStatus survey, Store store) throws IOException, InterruptedException;

  /**
   * A run that was submitted before.
   *
   * @throws ClusterException if there is no such run
   */
  Job attach(String id, Run run, Store store) throws IOException;

  /** A submitted run. */
  interface Job extends AutoCloseable {
    /** The run's id, which is the job's too. */
    String id();

    /**
     * Waits for the end, telling {@code listener} what happens meanwhile.
     *
     * @throws ClusterException if the cluster is not to be reached for a minute
     */
    End await(RunListener listener) throws IOException, InterruptedException;

    /** Asks the cluster to stop the job. */
    void cancel() throws IOException;

    /** Lets go of the job, which goes on if the cluster is elsewhere. */
    @Override
    void close() throws IOException;
  }

  /**
   * How a job ended.
   *
   * @param results of all stages with a known result, by stage
   * @param failure why it did not run to its end; empty where it did
   */
  record End(Map<String, StageResult> results, String failure) {
    public End {
      results = Map.copyOf(results);
    }
  }

  /** All kinds of clusters on the class path, by name. */
  static Map<String, Cluster> all() {
    return ServiceLoader.load(Cluster.class).stream()
        .map(ServiceLoader.Provider::get)
        .collect(Collectors.toMap(Cluster::name, cluster -> cluster));
  }
}
