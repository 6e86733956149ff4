package io.stitchflow.transforms;

import io.stitchflow.artifacts.Store;
import io.stitchflow.plan.EventWriter;
import io.stitchflow.plan.RunFiles;
import io.stitchflow.plan.RunListener;
import io.stitchflow.plan.Worker;
import io.stitchflow.v1.Plan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What DoFns of one JVM share: a worker for each store, the plan of each run, and whom to tell of
 * it. Beam gives DoFns no other way to share.
 */
final class Workers {
  private static final Map<String, Worker> WORKERS = new HashMap<>();
  private static final Map<Place, Site> SITES = new HashMap<>();
  private static final Map<Place, RunListener> LISTENERS = new ConcurrentHashMap<>();

  // A store behind a network may be gone for seconds
  private static final long FIRST_DELAY_MILLIS = 250;
  private static final int ATTEMPTS = 5;

  private Workers() {}

  /** A run of a store; the same run in two stores has the same id. */
  private record Place(String store, String run) {}

  /** Where a run's stages run in this JVM. */
  record Site(Worker worker, RunFiles files, Plan plan, RunListener listener) {}

  /**
   * The site of a run; tries again for a few seconds while the store does not show the run.
   *
   * @param lanes groups that run at once here; that of whoever asks first
   * @throws IOException if the store cannot be read here, or is not the one that the run is in
   */
  static Site reach(String store, String id, int lanes) throws IOException, InterruptedException {
    long delayMillis = FIRST_DELAY_MILLIS;
    for (int attempt = 1; ; attempt++) {
      try {
        Site site = site(store, id, lanes);
        if (site.files().exists()) {
          return site;
        }
        throw new IOException("it has no run " + id);
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw new StoreNotSharedException(store, name(), e);
        }
      }
      Thread.sleep(delayMillis);
      delayMillis *= 2;
    }
  }

  private static synchronized Site site(String root, String id, int lanes) throws IOException {
    Place place = new Place(root, id);
    Site known = SITES.get(place);
    if (known != null) {
      return known;
    }
    Store store = Store.open(Path.of(root));
    RunFiles files = RunFiles.at(store, id);
    Plan plan = files.read().getPlan();
    RunListener listener = LISTENERS.get(place);
    Worker worker = WORKERS.get(root);
    if (worker == null) {
      worker = new Worker(store, Executors.all(), lanes);
      WORKERS.put(root, worker);
    }
    Site site =
        new Site(
            worker,
            files,
            plan,
            listener == null ? new EventWriter(files, name(), System::nanoTime) : listener);
    SITES.put(place, site);
    return site;
  }

  /** This JVM's name, for people: {@code stitchflow.worker}, or host and process. */
  private static String name() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost";
    }
    return System.getProperty("stitchflow.worker", host + "-" + ProcessHandle.current().pid());
  }

  /**
   * Tells {@code listener}, rather than the run's files, of what happens in this JVM.
   *
   * @throws IllegalStateException if this JVM is at that run already
   */
  static void listen(String store, String run, RunListener listener) {
    if (LISTENERS.putIfAbsent(new Place(store, run), listener) != null) {
      throw new IllegalStateException("run " + run + " of " + store + " is running here already");
    }
  }

  static synchronized void forget(String store, String run) {
    LISTENERS.remove(new Place(store, run));
    SITES.remove(new Place(store, run));
  }
}
