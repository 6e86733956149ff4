package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileAge;
import io.stitchflow.content.FileState;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.TrashFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deletes unreferenced results from a store: records that no pin, recent run, held lease or young
 * record reaches, their actions and blobs; and, of a store that is too large, blobs that can be
 * computed again while their records stay. What goes lies in {@code gc/<id>/} until a later
 * collection, and can be brought back until then.
 *
 * <p>Safe beside running readers and writers of any process: they renew the age of what they rely
 * on, and nothing young goes. See DECISIONS.md.
 */
public final class GarbageCollector {
  /** Nothing younger goes, whatever is asked for; the shortest there may be. */
  public static final Duration GRACE = FileAge.FRESH.multipliedBy(2);

  private final Store store;
  private final StoreDirectory directory;
  private final InstantSource clock;
  private final EvictionPolicy policy;
  private final Sweep.Steps steps;

  /**
   * @param policy which results may be evicted where the store is too large
   */
  public GarbageCollector(Store store, InstantSource clock, EvictionPolicy policy) {
    this(store, clock, policy, (step, path) -> {});
  }

  GarbageCollector(Store store, InstantSource clock, EvictionPolicy policy, Sweep.Steps steps) {
    this.store = store;
    this.directory = store.directory();
    this.clock = clock;
    this.policy = policy;
    this.steps = steps;
  }

  /** Tells the keys of recent runs, as they are now. */
  @FunctionalInterface
  public interface RecentRuns {
    Set<Digest> keys() throws IOException;
  }

  /**
   * What to collect.
   *
   * @param olderThan records that are younger stay, and what they were computed from
   * @param grace nothing younger goes; at least {@link #GRACE}
   * @param maxSizeBytes of records, actions and blobs; Long.MAX_VALUE for any
   */
  public record Request(
      Duration olderThan, Duration grace, long maxSizeBytes, RecentRuns recentRuns) {
    public Request {
      if (grace.compareTo(GRACE) < 0) {
        throw new IllegalArgumentException(
            "the grace time must be at least " + GRACE + ", but was: " + grace);
      }
      if (olderThan.isNegative() || maxSizeBytes < 0) {
        throw new IllegalArgumentException(
            "an age or size cannot be negative: " + olderThan + ", " + maxSizeBytes);
      }
    }

    Instant horizon(Instant now) {
      return now.minus(grace);
    }

    Instant recordHorizon(Instant now) {
      return now.minus(olderThan.compareTo(grace) < 0 ? grace : olderThan);
    }
  }

  /** What {@link #collect} would do. Changes nothing. */
  public CollectionResult plan(Request request) throws IOException {
    Instant now = clock.instant();
    List<CollectedItem> going = new ArrayList<>(new Leftovers(directory, now, request).find());
    GarbageSelection selection = new Sweep(store, request, now, policy, steps).select(List.of());
    going.addAll(selection.going().values());
    return new CollectionResult("", going, List.copyOf(selection.staying().values()));
  }

  /**
   * Collects.
   *
   * @throws StoreException if another collection is going on, a pin is damaged, or a file cannot be
   *     read or moved; the store is sound then, and what was moved can be undone
   */
  @SuppressWarnings("try") // the lock is held, not used
  public CollectionResult collect(Request request) throws IOException {
    if (!Files.exists(directory.root())) {
      return plan(request);
    }
    try (CollectionLock lock = CollectionLock.take(directory)) {
      Instant now = clock.instant();
      for (TrashFolder trash : TrashFolder.all(directory)) {
        giveBackYoung(trash);
      }
      // first, since moving needs a little space, and the disk may be full
      List<CollectedItem> going = removeLeftovers(new Leftovers(directory, now, request));
      CollectionResult moved = new Sweep(store, request, now, policy, steps).move();
      going.addAll(moved.going());
      return new CollectionResult(moved.id(), going, moved.staying());
    }
  }

  /**
   * Brings back what the latest collection took, unless something newer stands in its place.
   *
   * @return null if there is nothing to undo
   * @throws StoreException if another collection is going on, or the manifest is damaged
   */
  @SuppressWarnings("try") // the lock is held, not used
  public @Nullable UndoResult undo() throws IOException {
    if (!Files.exists(directory.root())) {
      return null;
    }
    try (CollectionLock lock = CollectionLock.take(directory)) {
      List<TrashFolder> all = TrashFolder.all(directory);
      for (int i = all.size() - 1; i >= 0; i--) {
        if (all.get(i).hasManifest()) {
          return undo(all.get(i));
        }
      }
      return null;
    }
  }

  /**
   * Deletes for good what earlier collections took, however lately.
   *
   * @return an item for each of them
   * @throws StoreException if a collection is going on, or a file cannot be deleted
   */
  @SuppressWarnings("try") // the lock is held, not used
  public List<CollectedItem> purge() throws IOException {
    List<CollectedItem> purged = new ArrayList<>();
    if (!Files.exists(directory.root())) {
      return purged;
    }
    try (CollectionLock lock = CollectionLock.take(directory)) {
      for (TrashFolder trash : TrashFolder.all(directory)) {
        giveBackYoung(trash);
        purged.add(Leftovers.item(trash));
        trash.delete();
      }
    }
    return purged;
  }

  private UndoResult undo(TrashFolder trash) throws IOException {
    List<String> back = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    long sizeBytes = 0;
    for (Path file : trash.files()) {
      String path = directory.root().relativize(file).toString();
      switch (trash.giveBack(file)) {
        case IT_IS_BACK -> {
          back.add(path);
          sizeBytes += Files.size(file);
        }
        case STAYS_AWAY -> kept.add(path);
        case GONE -> (Files.exists(file) ? kept : lost).add(path);
      }
    }
    trash.delete();
    return new UndoResult(trash.id(), back, sizeBytes, kept, lost);
  }

  /** A collection that was cut short may have taken what somebody renewed in that moment. */
  private void giveBackYoung(TrashFolder trash) throws IOException {
    if (!trash.hasWholeManifest()) {
      return;
    }
    Instant horizon = trash.horizon();
    for (Path file : trash.files()) {
      FileState state = trash.state(file);
      if (state != null && state.isYoungerThan(horizon)) {
        trash.giveBack(file);
      }
    }
  }

  private List<CollectedItem> removeLeftovers(Leftovers leftovers) throws IOException {
    List<CollectedItem> removed = new ArrayList<>();
    for (CollectedItem item : leftovers.find()) {
      steps.at(Sweep.Step.REMOVING, directory.root().resolve(item.path()));
      if (leftovers.remove(item)) {
        removed.add(item);
      }
    }
    return removed;
  }
}
