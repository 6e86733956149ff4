package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Action;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the record whose action differs from another one in the fewest fields. Of several, one that
 * a run had under the same stage's id goes first, since that is what the user has in mind, then the
 * most recent.
 */
final class NearestRecord {
  private final StoreCatalog catalog;
  private final Map<StageDefinition, List<Candidate>> candidates = new LinkedHashMap<>();

  private record Candidate(CatalogEntry entry, Map<String, String> fields, List<String> stages) {}

  NearestRecord(StoreCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * The nearest record of the kind, or null if there is none.
   *
   * @param unknown paths that do not count
   * @param stage an id
   */
  @Nullable CatalogEntry to(
      StageDefinition kind, Map<String, String> fields, Set<String> unknown, String stage) {
    @Nullable Candidate best = null;
    int fewest = Integer.MAX_VALUE;
    for (Candidate candidate : candidates.computeIfAbsent(kind, this::read)) {
      int differing = differing(fields, unknown, candidate.fields(), fewest);
      if (best == null
          || differing < fewest
          || (differing == fewest && goesBefore(candidate, best, stage))) {
        best = candidate;
        fewest = differing;
      }
    }
    return best == null ? null : best.entry();
  }

  private List<Candidate> read(StageDefinition kind) {
    List<Candidate> read = new ArrayList<>();
    for (CatalogEntry entry : catalog.entries(kind)) {
      @Nullable Action action = entry.action();
      if (action != null) {
        Digest key = entry.key();
        List<String> stages = catalog.uses(key).stream().map(StoreCatalog.Use::stage).toList();
        read.add(new Candidate(entry, Fields.of(action), stages));
      }
    }
    return read;
  }

  /** Fields in which the two differ, or any number above {@code most} where they are more. */
  private static int differing(
      Map<String, String> fields, Set<String> unknown, Map<String, String> other, int most) {
    int differing = 0;
    int shared = 0;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      @Nullable String value = other.get(field.getKey());
      shared += value == null ? 0 : 1;
      differing += field.getValue().equals(value) ? 0 : 1;
      if (differing > most) {
        return differing;
      }
    }
    for (String path : unknown) {
      shared += other.containsKey(path) ? 1 : 0;
    }
    return differing + other.size() - shared;
  }

  private static boolean goesBefore(Candidate one, Candidate other, String stage) {
    boolean same = one.stages().contains(stage);
    if (same != other.stages().contains(stage)) {
      return same;
    }
    Instant published = one.entry().published();
    return published.isAfter(other.entry().published());
  }
}
