package io.stitchflow.transforms;

import io.stitchflow.content.ProcessName;
import io.stitchflow.run.EventWriter;
import io.stitchflow.run.RunFiles;
import io.stitchflow.run.RunListener;
import io.stitchflow.run.Worker;
import io.stitchflow.store.Store;
import io.stitchflow.store.Stores;
import io.stitchflow.v1.Plan;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What DoFns of one JVM share: a worker for each store, the plan of each run, and whom to tell of
 * it. Beam gives DoFns no other way to share.
 */
final class Workers {
  private static final Map<String, Worker> WORKERS = new HashMap<>();
  private static final Map<String, Site> SITES = new HashMap<>();
  private static final Map<String, Integer> WARNED = new HashMap<>();

  // A store behind a network may be gone for seconds
  private static final long FIRST_DELAY_MILLIS = 250;
  private static final int ATTEMPTS = 5;

  private Workers() {}

  /**
   * Where a run's stages run in this JVM.
   *
   * @param files null where the run is this JVM's own
   * @param begun groups that its lanes have begun, where they take them
   */
  record Site(
      Worker worker, @Nullable RunFiles files, Plan plan, RunListener listener, BegunGroups begun) {
    boolean seesRun() {
      return files == null || files.exists();
    }

    /** Whether no worker of the run has begun the group; it is begun then. */
    boolean claim(String group) {
      return files == null || files.claim(group);
    }
  }

  /**
   * The site of a run; tries again for a few seconds while the store does not show the run.
   *
   * @param lanes groups that run at once here; that of the first caller
   * @throws IOException if the store cannot be read here, or is not the one that the run is in
   */
  static Site reach(String store, String id, int lanes) throws IOException, InterruptedException {
    long delayMillis = FIRST_DELAY_MILLIS;
    for (int attempt = 1; ; attempt++) {
      try {
        Site site = site(store, id, lanes);
        if (site.seesRun()) {
          return site;
        }
        throw new IOException("the store has no run " + id);
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw new StoreNotSharedException(store, ProcessName.get(), e);
        }
      }
      Thread.sleep(delayMillis);
      delayMillis *= 2;
    }
  }

  private static synchronized Site site(String place, String id, int lanes) throws IOException {
    Site known = SITES.get(id);
    if (known != null) {
      return known;
    }
    Store store = Stores.open(place, System.getenv());
    RunFiles files = RunFiles.at(store, id);
    Plan plan = files.read().getPlan();
    Worker worker = WORKERS.computeIfAbsent(place, key -> new Worker(store, lanes));
    RunListener listener = new EventWriter(files, ProcessName.get(), System::nanoTime);
    Site site = new Site(worker, files, plan, listener, new BegunGroups());
    SITES.put(id, site);
    return site;
  }

  /**
   * Runs the stages of a run of this JVM over {@code store} itself, whose warnings the process that
   * started it sees, and tells {@code listener} rather than the run's files.
   */
  static synchronized void host(
      String run, Store store, Plan plan, int lanes, RunListener listener) {
    SITES.put(run, new Site(new Worker(store, lanes), null, plan, listener, new BegunGroups()));
  }

  /**
   * What is wrong with a run's store, once a kind of trouble; nothing where the process that
   * started the run is in this JVM and sees for itself.
   */
  static synchronized List<String> newWarnings(String run) {
    Site site = SITES.get(run);
    if (site == null || site.files() == null) {
      return List.of();
    }
    List<String> warnings = site.worker().store().warnings();
    int told = WARNED.getOrDefault(run, 0);
    WARNED.put(run, warnings.size());
    return warnings.size() > told ? warnings : List.of();
  }

  static synchronized void forget(String run) {
    SITES.remove(run);
  }
}
