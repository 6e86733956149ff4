package io.stitchflow.gc;

import java.util.List;

/**
 * What undoing a collection came to.
 *
 * @param id of the collection
 * @param paths that are back in the store
 * @param sizeBytes of those
 * @param kept paths in whose place something newer stands, which stays
 * @param lost paths that the trash no longer had
 */
public record UndoResult(
    String id, List<String> paths, long sizeBytes, List<String> kept, List<String> lost) {
  public UndoResult {
    paths = List.copyOf(paths);
    kept = List.copyOf(kept);
    lost = List.copyOf(lost);
  }
}
