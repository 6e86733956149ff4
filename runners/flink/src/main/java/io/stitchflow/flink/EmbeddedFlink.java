package io.stitchflow.flink;

import io.stitchflow.transforms.ClusterException;
import java.io.IOException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** A Flink cluster in this process, reached as any other. */
final class EmbeddedFlink implements FlinkJob.Held {
  private static final String LOOPBACK = "localhost";

  private final MiniCluster cluster;
  private final String master;

  private EmbeddedFlink(MiniCluster cluster, String master) {
    this.cluster = cluster;
    this.master = master;
  }

  static EmbeddedFlink start(int slots) throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.ADDRESS, LOOPBACK);
    configuration.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    configuration.set(RestOptions.BIND_PORT, "0");
    // Without these the blob server and the metrics service listen on all interfaces
    configuration.set(JobManagerOptions.ADDRESS, LOOPBACK);
    configuration.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    configuration.set(TaskManagerOptions.HOST, LOOPBACK);
    configuration.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    // All classes are those of this process: libtorch loads once in it
    configuration.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(256));
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(256));
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .build());
    try {
      cluster.start();
      return new EmbeddedFlink(cluster, LOOPBACK + ":" + cluster.getRestAddress().get().getPort());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("interrupted while Flink started in this process", e);
    } catch (Exception e) { // what MiniCluster declares
      throw new ClusterException("Flink did not start in this process: " + FlinkJob.root(e), e);
    }
  }

  String master() {
    return master;
  }

  @Override
  public void release() throws IOException {
    try {
      cluster.close();
    } catch (Exception e) { // what MiniCluster declares
      throw new ClusterException("Flink did not stop in this process: " + FlinkJob.root(e), e);
    }
  }
}
