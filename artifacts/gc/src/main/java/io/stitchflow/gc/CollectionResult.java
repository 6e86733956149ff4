package io.stitchflow.gc;

import java.util.List;

/**
 * What a collection took and left, or would take and leave.
 *
 * @param id of the trash, by which it is undone; empty where nothing was moved there
 * @param going in the order in which they go
 */
public record CollectionResult(String id, List<CollectedItem> going, List<CollectedItem> staying) {
  public CollectionResult {
    going = List.copyOf(going);
    staying = List.copyOf(staying);
  }

  /** Bytes that go. */
  public long bytesGoing() {
    return going.stream().mapToLong(CollectedItem::sizeBytes).sum();
  }

  /** Bytes of records, actions and blobs that stay. */
  public long bytesStaying() {
    return staying.stream().mapToLong(CollectedItem::sizeBytes).sum();
  }

  /** What computing all that goes took. */
  public double secondsGoing() {
    return going.stream().mapToDouble(CollectedItem::seconds).sum();
  }
}
