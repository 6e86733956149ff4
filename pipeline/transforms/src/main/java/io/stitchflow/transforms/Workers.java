package io.stitchflow.transforms;

import io.stitchflow.artifacts.Store;
import io.stitchflow.artifacts.Stores;
import io.stitchflow.plan.EventWriter;
import io.stitchflow.plan.RunFiles;
import io.stitchflow.plan.RunListener;
import io.stitchflow.plan.Worker;
import io.stitchflow.v1.Plan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What DoFns of one JVM share: a worker for each store, the plan of each run, and whom to tell of
 * it. Beam gives DoFns no other way to share.
 */
final class Workers {
  private static final Map<String, Worker> WORKERS = new HashMap<>();
  private static final Map<String, Site> SITES = new HashMap<>();
  private static final Map<String, Integer> WARNED = new HashMap<>();
  private static final Map<String, Host> HOSTS = new ConcurrentHashMap<>();

  // A store behind a network may be gone for seconds
  private static final long FIRST_DELAY_MILLIS = 250;
  private static final int ATTEMPTS = 5;

  private Workers() {}

  /** Where a run's stages run in this JVM. */
  record Site(Worker worker, RunFiles files, Plan plan, RunListener listener) {}

  /** Who started a run in this JVM: its store, and whom to tell. */
  private record Host(Store store, RunListener listener) {}

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
    Site known = SITES.get(id);
    if (known != null) {
      return known;
    }
    Host host = HOSTS.get(id);
    Store store = host == null ? Stores.open(root, System.getenv()) : host.store();
    RunFiles files = RunFiles.at(store, id);
    Plan plan = files.read().getPlan();
    Worker worker =
        WORKERS.computeIfAbsent(
            host == null ? root : id, key -> new Worker(store, Executors.all(), lanes));
    Site site =
        new Site(
            worker,
            files,
            plan,
            host == null ? new EventWriter(files, name(), System::nanoTime) : host.listener());
    SITES.put(id, site);
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

  /** In this JVM, uses {@code store} and tells {@code listener} rather than the run's files. */
  static void host(String run, Store store, RunListener listener) {
    HOSTS.put(run, new Host(store, listener));
  }

  /**
   * What is wrong with a run's store, once a kind of trouble; nothing where whoever started the run
   * is in this JVM and sees for itself.
   */
  static synchronized List<String> newWarnings(String run) {
    Site site = SITES.get(run);
    if (site == null || HOSTS.containsKey(run)) {
      return List.of();
    }
    List<String> warnings = site.worker().store().warnings();
    int told = WARNED.getOrDefault(run, 0);
    WARNED.put(run, warnings.size());
    return warnings.size() > told ? warnings : List.of();
  }

  static synchronized void forget(String run) {
    HOSTS.remove(run);
    SITES.remove(run);
    WORKERS.remove(run);
  }
}
