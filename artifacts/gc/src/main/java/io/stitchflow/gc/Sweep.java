package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.gc.CollectedItem.Kind;
import io.stitchflow.gc.CollectedItem.Reason;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.TrashFolder;
import io.stitchflow.store.directory.TrashFolder.GivenBack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Moves what was selected into the trash: records first; then looks again what is reached, puts
 * back records that have come into use meanwhile, and moves the rest.
 */
final class Sweep {
  private final Store store;
  private final StoreDirectory directory;
  private final GarbageCollector.Request request;
  private final Instant now;
  private final EvictionPolicy policy;
  private final Steps steps;

  Sweep(
      Store store,
      GarbageCollector.Request request,
      Instant now,
      EvictionPolicy policy,
      Steps steps) {
    this.store = store;
    this.directory = store.directory();
    this.request = request;
    this.now = now;
    this.policy = policy;
    this.steps = steps;
  }

  /** Where a collection is. */
  enum Step {
    /** Decided what goes; nothing is moved yet. */
    SELECTED,
    /** About to move a file that was old a moment ago. */
    MOVING,
    /** Moved it; about to look whether somebody has renewed it meanwhile. */
    MOVED,
    /** All records are moved; about to look again what is reached. */
    RECORDS_MOVED,
    /** About to remove a leftover. */
    REMOVING
  }

  /** Called before each step. */
  @FunctionalInterface
  interface Steps {
    void at(Step step, Path path) throws IOException;
  }

  /**
   * @param taken records that are no longer there but count as if they were
   */
  GarbageSelection select(List<Inventory.Stored> taken) throws IOException {
    Inventory inventory = Inventory.read(directory, taken);
    Instant horizon = request.horizon(now);
    CollectionRoots roots =
        CollectionRoots.read(
            store, request.recentRuns().keys(), inventory, request.recordHorizon(now), horizon);
    return GarbageSelection.of(
        directory, inventory, roots, horizon, policy, request.maxSizeBytes());
  }

  /** Moves what is not in use. */
  CollectionResult move() throws IOException {
    GarbageSelection first = select(List.of());
    steps.at(Step.SELECTED, directory.root());
    if (first.going().isEmpty()) {
      return new CollectionResult("", List.of(), List.copyOf(first.staying().values()));
    }
    TrashFolder trash =
        TrashFolder.create(
            directory, now, List.copyOf(first.going().keySet()), request.horizon(now));
    Map<String, Inventory.Stored> taken = moveRecords(first, trash);
    steps.at(Step.RECORDS_MOVED, directory.root());
    GarbageSelection second = select(List.copyOf(taken.values()));
    List<CollectedItem> going = new ArrayList<>();
    Map<String, CollectedItem> staying = new HashMap<>(second.staying());
    for (CollectedItem item : first.going().values()) {
      if (goes(item, trash, taken, second)) {
        going.add(item);
      } else if (Files.exists(file(item))) {
        staying.putIfAbsent(item.path(), item.staying(Reason.YOUNG));
      }
    }
    return new CollectionResult(trash.id(), going, List.copyOf(staying.values()));
  }

  private Map<String, Inventory.Stored> moveRecords(GarbageSelection selection, TrashFolder trash)
      throws IOException {
    Map<String, Inventory.Stored> taken = new HashMap<>();
    TreeSet<Path> shards = new TreeSet<>();
    for (CollectedItem item : selection.going().values()) {
      if (item.kind() == Kind.RECORD && take(item, trash, request.recordHorizon(now))) {
        Path file = file(item);
        Digest key = new Digest(file.getFileName().toString());
        taken.put(item.path(), selection.record(key));
        shards.add(file.resolveSibling(""));
      }
    }
    for (Path shard : shards) {
      directory.forceDirectory(shard); // after a power cut no record may promise what went later
    }
    return taken;
  }

  private boolean goes(
      CollectedItem item,
      TrashFolder trash,
      Map<String, Inventory.Stored> taken,
      GarbageSelection second)
      throws IOException {
    boolean stillGoing = second.going().containsKey(item.path());
    if (item.kind() != Kind.RECORD) {
      return stillGoing && take(item, trash, request.horizon(now));
    }
    if (!taken.containsKey(item.path())) {
      return false;
    }
    return stillGoing || trash.giveBack(file(item)) != GivenBack.IT_IS_BACK;
  }

  /** False if it is young or gone. */
  private boolean take(CollectedItem item, TrashFolder trash, Instant horizon) throws IOException {
    Path file = file(item);
    try {
      if (FileState.of(file).isYoungerThan(horizon)) {
        return false;
      }
      steps.at(Step.MOVING, file);
      if (!trash.take(file)) {
        return false;
      }
      steps.at(Step.MOVED, file);
      FileState here = trash.state(file);
      if (here == null) {
        return false; // somebody has put it back
      }
      if (here.isYoungerThan(horizon)) {
        trash.giveBack(file);
        return false;
      }
      return true;
    } catch (NoSuchFileException e) {
      return false; // somebody else took it
    }
  }

  private Path file(CollectedItem item) {
    return directory.root().resolve(item.path());
  }
}
