package io.stitchflow.cli.progress;

import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.content.Digest;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Warns of results that came out different at different times. */
public final class Nondeterminism {
  private static final int MOST_NAMED = 10;

  private Nondeterminism() {}

  /** A line for each stage of the run whose key the store has other results under. */
  public static void warn(Store store, StageResults results, Lines err) {
    try {
      Set<Digest> keys = new HashSet<>(new ActionCache(store).nondeterministicKeys());
      if (keys.isEmpty()) {
        return;
      }
      List<StageResult> concerned =
          results.byStage().values().stream()
              .filter(result -> !result.getKey().isEmpty())
              .filter(result -> keys.contains(Digest.from(result.getKey())))
              .toList();
      for (StageResult result : concerned.subList(0, Math.min(MOST_NAMED, concerned.size()))) {
        String key = Digest.from(result.getKey()).hex().substring(0, 16);
        err.println(
            "stitchflow: warning: '"
                + result.getStage()
                + "' gave other bytes at another time, though nothing in its key "
                + key
                + " changed; see: stitchflow show "
                + key
                + " --store "
                + StoreOption.quoted(store));
      }
      if (concerned.size() > MOST_NAMED) {
        err.println(
            "stitchflow: warning: and "
                + (concerned.size() - MOST_NAMED)
                + " more stages; 'stitchflow stats' counts them");
      }
    } catch (IOException e) {
      err.println("stitchflow: warning: " + e.getMessage());
    }
  }
}
