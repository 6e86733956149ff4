package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Action.ParametersCase;
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
 * Blobs that may go while their records stay: they can be computed again from what the store has.
 * Least valuable first: representations, then what is cheapest to compute again per byte.
 */
final class EvictableBlobs {
  private final Inventory inventory;
  private final Instant horizon;
  private final Set<Digest> spared = new HashSet<>();
  private final Map<Digest, Boolean> recomputable = new HashMap<>();

  private EvictableBlobs(Inventory inventory, Instant horizon) {
    this.inventory = inventory;
    this.horizon = horizon;
  }

  /** The blobs of one record; computing it again gives all of them. */
  record Group(
      Digest key, List<Digest> blobs, double seconds, boolean representation, long sizeBytes) {
    private static final Comparator<Group> BY_VALUE =
        Comparator.comparing(Group::representation)
            .reversed()
            .thenComparingDouble(group -> group.seconds / group.sizeBytes)
            .thenComparing(Group::key);
  }

  /**
   * @param reach of the records that stay
   * @param horizon what was modified after it is in use
   */
  static List<Group> of(Inventory inventory, CollectionRoots roots, LiveSet reach, Instant horizon)
      throws IOException {
    EvictableBlobs dispensable = new EvictableBlobs(inventory, horizon);
    dispensable.spare(roots.pinned());
    dispensable.spare(roots.held());
    for (Digest key : roots.held()) {
      dispensable.spared.addAll(inventory.inputs(key));
    }
    List<Inventory.Stored> staying = new ArrayList<>();
    for (Inventory.Stored record : inventory.records().values()) {
      if (reach.ofKey(record.key()) != null) {
        staying.add(record);
        if (dispensable.parameters(record.key()) == ParametersCase.WRITE_REPORT) {
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
                parameters(record.key()) == ParametersCase.COLLECT_REPRESENTATION,
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

  private ParametersCase parameters(Digest key) throws IOException {
    Action action = inventory.action(key);
    return action == null ? ParametersCase.PARAMETERS_NOT_SET : action.getParametersCase();
  }
}
