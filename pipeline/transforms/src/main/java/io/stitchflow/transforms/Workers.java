package io.stitchflow.transforms;

import io.stitchflow.artifacts.Store;
import io.stitchflow.plan.RunListener;
import io.stitchflow.plan.Worker;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What DoFns of one JVM share: a worker for each store, and the listeners of runs that were started
 * here. Beam gives DoFns no other way to share.
 */
final class Workers {
  private static final Map<String, Worker> WORKERS = new HashMap<>();
  private static final Map<String, RunListener> LISTENERS = new ConcurrentHashMap<>();

  private Workers() {}

  /** The worker for a store; the number of lanes is that of whoever asks first. */
  static synchronized Worker of(String store, int lanes) throws IOException {
    Worker worker = WORKERS.get(store);
    if (worker == null) {
      worker = new Worker(Store.open(Path.of(store)), Executors.all(), lanes);
      WORKERS.put(store, worker);
    }
    return worker;
  }

  static void listen(String run, RunListener listener) {
    LISTENERS.put(run, listener);
  }

  static void forget(String run) {
    LISTENERS.remove(run);
  }

  /**
   * The listener of a run; one that ignores everything where the run was started in another JVM.
   */
  static RunListener listener(String run) {
    return LISTENERS.getOrDefault(run, Silent.INSTANCE);
  }

  private enum Silent implements RunListener {
    INSTANCE;

    @Override
    public void started(List<Stage> group) {}

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {}
  }
}
