package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.v1.Action;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Blobs that can be evicted while their records stay, because they can be computed again from the
 * store. Least valuable first: {@link Eviction#FIRST}, then the shortest time to compute again per
 * byte.
 */
final class EvictableBlobs {
  private final Inventory inventory;
  private final Instant horizon;
  private final EvictionPolicy policy;
  private final Set<Digest> spared = new HashSet<>();
  private final Map<Digest, Boolean> recomputable = new HashMap<>();

  private EvictableBlobs(Inventory inventory, Instant horizon, EvictionPolicy policy) {
    this.inventory = inventory;
    this.horizon = horizon;
    this.policy = policy;
  }

  /** The blobs of one record; computing it again gives all of them. */
  record Group(Digest key, List<Digest> blobs, double seconds, Eviction eviction, long sizeBytes) {
    private static final Comparator<Group> BY_VALUE =
        Comparator.comparing(Group::eviction)
            .thenComparingDouble(group -> group.seconds / group.sizeBytes)
            .thenComparing(Group::key);
  }

  /**
   * @param reach of the records that stay
   * @param horizon what was modified after it is in use
   */
  static List<Group> of(
      Inventory inventory,
      CollectionRoots roots,
      LiveSet reach,
      Instant horizon,
      EvictionPolicy policy)
      throws IOException {
    EvictableBlobs dispensable = new EvictableBlobs(inventory, horizon, policy);
    dispensable.spare(roots.pinned());
    dispensable.spare(roots.held());
    for (Digest key : roots.held()) {
      dispensable.spared.addAll(inventory.inputs(key));
    }
    List<Inventory.Stored> staying = new ArrayList<>();
    for (Inventory.Stored record : inventory.records().values()) {
      if (reach.ofKey(record.key()) != null) {
        staying.add(record);
        if (dispensable.eviction(record.key()) == Eviction.NEVER) {
          dispensable.spared.addAll(record.outputs());
        }
      }
    }
    return dispensable.groups(staying);
  }

  private void spare(Collection<Digest> keys) {
    for (Digest key : keys) {
      Inventory.Stored record = inventory.records().get(key);
      if (record != null) {
        spared.addAll(record.outputs());
      }
    }
  }

  private List<Group> groups(List<Inventory.Stored> records) throws IOException {
    List<Group> groups = new ArrayList<>();
    for (Inventory.Stored record : records) {
      List<Digest> blobs = record.outputs().stream().filter(this::isOldAndUnspared).toList();
      long sizeBytes = blobs.stream().mapToLong(blob -> inventory.blobFile(blob).sizeBytes()).sum();
      if (sizeBytes > 0 && isRecomputable(record.key())) {
        groups.add(
            new Group(
                record.key(),
                blobs,
                record.result().getSeconds(),
                eviction(record.key()),
                sizeBytes));
      }
    }
    groups.sort(Group.BY_VALUE);
    return groups;
  }

  private boolean isOldAndUnspared(Digest blob) {
    FileState file = inventory.blobFiles().get(blob);
    return file != null && !file.isYoungerThan(horizon) && !spared.contains(blob);
  }

  /** Whether its inputs are there or can be computed in their turn. */
  private boolean isRecomputable(Digest key) throws IOException {
    Boolean known = recomputable.get(key);
    if (known != null) {
      return known;
    }
    recomputable.put(key, false); // no way round in a circle
    boolean possible = inventory.action(key) != null;
    for (Digest input : inventory.inputs(key)) {
      possible = possible && canBeHad(input);
    }
    recomputable.put(key, possible);
    return possible;
  }

  private boolean canBeHad(Digest input) throws IOException {
    for (Digest producer : inventory.producers(input)) {
      if (isRecomputable(producer)) {
        return true;
      }
    }
    return inventory.blobFiles().containsKey(input); // what cannot be recomputed never goes
  }

  private Eviction eviction(Digest key) throws IOException {
    Action action = inventory.action(key);
    return action == null ? Eviction.NEVER : policy.of(action);
  }
}
