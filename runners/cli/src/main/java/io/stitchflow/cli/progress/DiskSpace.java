package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Sizes;
import io.stitchflow.content.StoreException;
import io.stitchflow.plan.RemainingWork;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.util.Locale;

/**
 * What a run has to compute and to keep, against what the store's disk can take.
 *
 * @param store its directory, for people
 * @param usableBytes what its disk can still take
 */
public record DiskSpace(String store, long usableBytes, RemainingWork workload) {
  /** Names the option that lets a run start all the same. */
  public static final String IGNORE = "--ignore-disk-space";

  public static DiskSpace of(Store store, RemainingWork workload) throws IOException {
    return new DiskSpace(store.root().toString(), store.usableBytes(), workload);
  }

  /**
   * Refuses to start what cannot end.
   *
   * @throws StoreException if the disk cannot take all that is to be kept, with the sizes
   */
  public void check() throws StoreException {
    if (workload.bytes() > usableBytes) {
      throw new StoreException(
          store
              + ": its disk has "
              + Sizes.words(usableBytes)
              + " left, but this run will keep about "
              + Sizes.words(workload.representationBytes())
              + " of representations and "
              + Sizes.words(workload.otherBytes())
              + " of all else; compute what does not fit again with --set"
              + " representation.policy=AUTO, lower representation.examples, halve them with --set"
              + " representation.dtype=FLOAT16, name a larger disk with --store, or start all the"
              + " same with "
              + IGNORE);
    }
  }

  /** A line, without its end: {@code 1.2e+15 FLOPs; 62 GiB of representations, ...}. */
  public String words() {
    return String.format(
        Locale.ROOT,
        "%s; to keep: %s of representations, %s of all else; the store's disk has %s left",
        operations(),
        Sizes.words(workload.representationBytes()),
        Sizes.words(workload.otherBytes()),
        Sizes.words(usableBytes));
  }

  private String operations() {
    return String.format(Locale.ROOT, "%.1e FLOPs", workload.flops());
  }
}
