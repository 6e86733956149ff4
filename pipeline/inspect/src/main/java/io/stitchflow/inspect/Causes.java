package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.content.StageName;
import io.stitchflow.v1.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why one blob stands where another one stood: follows the records that made both, through inputs
 * that differ, to the fields that were changed. Inputs are content digests of what was there
 * before, so there are no circles.
 */
final class Causes {
  /** Different actions may give the same bytes; no more of them than these are compared. */
  private static final int MOST_MAKERS = 4;

  private final StoreCatalog catalog;
  private final RecordDescriptions words;
  private final Map<Change, List<Cause>> known = new HashMap<>();

  private record Change(Digest before, Digest now) {}

  Causes(StoreCatalog catalog) {
    this.catalog = catalog;
    this.words = new RecordDescriptions(catalog);
  }

  /** The first causes, each once; at least one. */
  List<Cause> of(Digest before, Digest now) {
    Change change = new Change(before, now);
    List<Cause> causes = known.get(change);
    if (causes == null) {
      causes = find(before, now);
      known.put(change, causes);
    }
    return causes;
  }

  private List<Cause> find(Digest before, Digest now) {
    List<StoreCatalog.Made> then = catalog.makers(before);
    List<StoreCatalog.Made> here = catalog.makers(now);
    if (then.isEmpty() && here.isEmpty()) {
      return List.of(new Cause("a file from outside", "has other content"));
    }
    if (then.isEmpty() || here.isEmpty()) {
      Digest forgotten = then.isEmpty() ? before : now;
      return List.of(
          new Cause("input " + forgotten.brief(), "the store has no record of what made it"));
    }
    @Nullable List<Difference> fewest = null;
    StoreCatalog.Made from = then.get(0);
    StoreCatalog.Made to = here.get(0);
    for (StoreCatalog.Made one : then.subList(0, Math.min(MOST_MAKERS, then.size()))) {
      for (StoreCatalog.Made other : here.subList(0, Math.min(MOST_MAKERS, here.size()))) {
        List<Difference> differences = differences(one.entry(), other.entry());
        if (differences != null && (fewest == null || differences.size() < fewest.size())) {
          fewest = differences;
          from = one;
          to = other;
        }
      }
    }
    return fewest == null
        ? List.of(new Cause(words.full(from.entry()), "is now " + words.full(to.entry())))
        : causes(from, to, fewest);
  }

  /** Null where the two are not of the same kind. */
  private static @Nullable List<Difference> differences(CatalogEntry before, CatalogEntry now) {
    @Nullable Action one = before.action();
    @Nullable Action other = now.action();
    return one == null || other == null || !StageName.of(one).equals(StageName.of(other))
        ? null
        : Difference.between(Fields.of(one), Fields.of(other));
  }

  private List<Cause> causes(
      StoreCatalog.Made from, StoreCatalog.Made to, List<Difference> differences) {
    String what = words.full(from.entry());
    Set<Cause> causes = new LinkedHashSet<>();
    for (Difference difference : differences) {
      @Nullable String before = difference.from();
      @Nullable String now = difference.to();
      if (difference.isInput() && before != null && now != null) {
        causes.addAll(of(new Digest(before), new Digest(now)));
      } else {
        causes.add(new Cause(what, difference.change()));
      }
    }
    String then = from.output().getName();
    String here = to.output().getName();
    if (!then.equals(here)) {
      causes.add(new Cause(what, "output " + then + " -> " + here));
    }
    if (causes.isEmpty()) {
      causes.add(new Cause(what, "gave both: it is not deterministic"));
    }
    return List.copyOf(new ArrayList<>(causes));
  }
}
