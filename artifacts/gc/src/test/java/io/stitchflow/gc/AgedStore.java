package io.stitchflow.gc;

import static io.stitchflow.store.StoreFiles.bytes;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A store in which much was computed a long time ago, and collections of it. */
public final class AgedStore {
  public static final Duration OLD = Duration.ofHours(3);

  public final Store store;
  public final ActionCache cache;

  public AgedStore(Path root) throws IOException {
    store = Store.open(root);
    cache = new ActionCache(store);
  }

  /** An action's key and its only output. */
  public record Made(Digest key, Digest blob, Action action, ActionResult result) {}

  public static Action.Builder dataset() {
    return Action.newBuilder()
        .setImportDataset(
            ImportDataset.newBuilder().setSynthetic(Synthetic.newBuilder().setTrainExamples(1)));
  }

  public static Action.Builder network(long seed) {
    return Action.newBuilder().setTrainNetwork(TrainNetwork.newBuilder().setSeed(seed));
  }

  public static Action.Builder representation(String cut) {
    return Action.newBuilder()
        .setCollectRepresentation(CollectRepresentation.newBuilder().setCut(cut));
  }

  public static Action.Builder stitch(long seed) {
    return Action.newBuilder().setFitVanillaStitch(FitVanillaStitch.newBuilder().setSeed(seed));
  }

  public static Action.Builder report(String experiment) {
    return Action.newBuilder().setWriteReport(WriteReport.newBuilder().setExperiment(experiment));
  }

  /** Puts and publishes what an action that reads these gave. */
  public Made make(Action.Builder kind, String content, double seconds, Made... inputs)
      throws IOException {
    Action action = reading(kind, inputs);
    Digest blob = store.put(bytes(content));
    ActionResult result =
        Actions.result(seconds, Actions.output("out", blob, bytes(content).length));
    Digest key = ActionKeys.key(action);
    return new Made(key, blob, action, cache.publish(key, action, result));
  }

  public static Action reading(Action.Builder kind, Made... inputs) {
    Action.Builder action = kind.clone();
    for (Made input : inputs) {
      action.addInput(Input.newBuilder().setRole("in").setDigest(input.blob().bytes()));
    }
    return action.build();
  }

  /** Everything that is there now was last modified so long ago. */
  public void age(Duration age) throws IOException {
    for (Path file : StoreFiles.files(store.root())) {
      age(file, age);
    }
  }

  public static void age(Path file, Duration age) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  public Path record(Made made) {
    return StoreFiles.path(store, Folder.AC, made.key());
  }

  public Path action(Made made) {
    return StoreFiles.path(store, Folder.ACTION, made.key());
  }

  public Path blob(Made made) {
    return StoreFiles.blob(store, made.blob());
  }

  public boolean isWhole(Made made) {
    return made.result().equals(cache.find(made.key()))
        && cache.whole(made.result())
        && made.action().equals(cache.actions().find(made.key()));
  }

  public boolean isGone(Made made) {
    return !Files.exists(record(made)) && !Files.exists(action(made)) && !Files.exists(blob(made));
  }

  public GarbageCollector collector() {
    return collector((step, path) -> {});
  }

  public GarbageCollector collector(Sweep.Steps steps) {
    return new GarbageCollector(store, InstantSource.system(), AgedStore::eviction, steps);
  }

  /** Representations go first, reports never. */
  public static Eviction eviction(Action action) {
    return action.hasWriteReport()
        ? Eviction.NEVER
        : action.hasCollectRepresentation() ? Eviction.FIRST : Eviction.BY_COST;
  }

  /** All that is older than the grace time and not kept. */
  public static GarbageCollector.Request everything() {
    return atMost(Long.MAX_VALUE);
  }

  public static GarbageCollector.Request atMost(long maxSizeBytes, Digest... recent) {
    return new GarbageCollector.Request(
        Duration.ZERO, GarbageCollector.GRACE, maxSizeBytes, () -> Set.of(recent));
  }

  /** The content of every file of the store but locks and trash. */
  public Map<String, String> content() throws IOException {
    Map<String, String> content = new HashMap<>();
    for (Path file : StoreFiles.files(store.root())) {
      String path = store.root().relativize(file).toString();
      if (!path.startsWith("gc/")) {
        content.put(path, Digest.of(file).hex());
      }
    }
    return content;
  }

  /** Everything under a final name is whole, and no record promises what is not there. */
  public List<String> faults() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Folder folder : List.of(Folder.CAS, Folder.ACTION)) {
      for (Path file : StoreFiles.files(store, folder)) {
        if (!Digest.of(file).hex().equals(file.getFileName().toString())) {
          faults.add(file + " is torn");
        }
      }
    }
    for (Path file : StoreFiles.files(store, Folder.AC)) {
      Digest key = new Digest(file.getFileName().toString());
      ActionResult result = cache.find(key);
      if (result == null || !cache.whole(Objects.requireNonNull(result))) {
        faults.add(file + " lacks blobs");
      }
      if (cache.actions().find(key) == null) {
        faults.add(file + " lacks its action");
      }
    }
    return faults;
  }
}
