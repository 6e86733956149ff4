package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.run.RunListener;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On which addresses the processes of a run listen while it runs. */
class ListenersTest {
  @TempDir Path directory;

  @Test
  void listeners_socketsOfThisProcess_tellLoopbackFromAllInterfaces() throws Exception {
    try (ServerSocket loopback = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket open = new ServerSocket(0)) {
      Set<String> found = Listeners.of(ProcessHandle.current().pid());
      assertThat(found)
          .filteredOn(each -> each.endsWith(":" + loopback.getLocalPort()))
          .hasSize(1)
          .allMatch(Listeners::isLoopback);
      assertThat(found)
          .filteredOn(each -> each.endsWith(":" + open.getLocalPort()))
          .hasSize(1)
          .noneMatch(Listeners::isLoopback);
    }
  }

  @Test
  void run_onTheDirectRunner_opensNoListener() throws Exception {
    Sampling sampling = new Sampling();
    new Laboratory(directory.resolve("store")).onDirectRunner(Laboratory.oneNetwork(1), sampling);
    assertThat(sampling.samples).isPositive();
    assertThat(sampling.found).isEmpty();
  }

  @Test
  void run_onEmbeddedFlink_listensOnLoopbackOnly() throws Exception {
    Sampling sampling = new Sampling();
    new Laboratory(directory.resolve("store"))
        .onFlink(Laboratory.oneNetwork(1), "[local]", 2, sampling);
    assertThat(sampling.found).isNotEmpty().allMatch(Listeners::isLoopback);
  }

  @Test
  void run_onASessionCluster_allItsProcessesListenOnLoopbackOnly() throws Exception {
    SessionCluster cluster = SessionCluster.up(directory.resolve("cluster"), 2);
    try {
      Sampling sampling = new Sampling();
      sampling.processes.addAll(
          List.of(cluster.pid("jobmanager"), cluster.pid("tm1"), cluster.pid("tm2")));
      new Laboratory(directory.resolve("store"))
          .onFlink(Laboratory.oneNetwork(1), cluster.master(), 2, sampling);
      assertThat(sampling.found).hasSizeGreaterThanOrEqualTo(6).allMatch(Listeners::isLoopback);
    } finally {
      cluster.down();
    }
  }

  /** Looks for listeners each time that a stage starts or ends. */
  private static final class Sampling implements RunListener {
    final Set<Long> processes = new TreeSet<>(Set.of(ProcessHandle.current().pid()));
    final Set<String> found = new TreeSet<>();
    private final Set<String> before;
    int samples;

    Sampling() throws IOException {
      before = Listeners.of(ProcessHandle.current().pid());
    }

    private synchronized void sample() {
      samples++;
      for (long process : processes) {
        try {
          found.addAll(Listeners.of(process));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      found.removeAll(before);
    }

    @Override
    public void started(List<Stage> group, String worker) {
      sample();
    }

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {
      sample();
    }
  }
}
