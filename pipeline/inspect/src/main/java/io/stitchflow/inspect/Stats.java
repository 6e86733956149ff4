package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.StoreContents;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store in numbers.
 *
 * @param contents blobs and quarantine
 * @param kinds by the kinds' order
 * @param unrecordedBlobs that no record names, and their bytes
 * @param runs that are recorded; one that was repeated in one process counts once, as it went last
 * @param hits results of recorded runs that were in the store already
 * @param savedSeconds what these hits took when they were computed
 * @param nondeterministic actions that gave different results at different times
 */
public record Stats(
    StoreContents contents,
    List<Kind> kinds,
    int unrecordedBlobs,
    long unrecordedBytes,
    int runs,
    int hits,
    double savedSeconds,
    int nondeterministic) {
  public Stats {
    kinds = List.copyOf(kinds);
  }

  /**
   * Records of one kind.
   *
   * @param name of the kind, or {@code unknown}
   * @param seconds that computing them took
   * @param bytes of their blobs that are there; a blob of several records counts for the first
   */
  public record Kind(String name, int records, double seconds, long bytes) {}

  private record Sum(int records, double seconds, long bytes) {
    Sum plus(Sum other) {
      return new Sum(records + other.records, seconds + other.seconds, bytes + other.bytes);
    }
  }

  public static Stats of(StoreCatalog catalog) throws IOException {
    StoreContents contents = StoreContents.of(catalog.store());
    Map<String, Sum> sums = new HashMap<>();
    Set<Digest> counted = new HashSet<>();
    for (CatalogEntry entry : catalog.entries()) {
      long bytes = 0;
      for (Output output : entry.result().getOutputList()) {
        Digest digest = Digest.from(output.getDigest());
        @Nullable Long size = contents.blobs().get(digest);
        if (size != null && counted.add(digest)) {
          bytes += size;
        }
      }
      Sum sum = new Sum(1, entry.result().getSeconds(), bytes);
      sums.merge(entry.kindName(), sum, Sum::plus);
    }
    List<Kind> kinds = new ArrayList<>();
    for (StageDefinition kind : StageDefinition.all()) {
      add(kind.name(), sums, kinds);
    }
    add(CatalogEntry.UNKNOWN, sums, kinds);
    List<StageResult> hits =
        catalog.runs().stream()
            .flatMap(run -> run.results().stream())
            .filter(result -> result.getOutcome() == Outcome.HIT)
            .toList();
    long recordedBytes = kinds.stream().mapToLong(Kind::bytes).sum();
    return new Stats(
        contents,
        kinds,
        contents.blobs().size() - counted.size(),
        contents.bytes() - recordedBytes,
        catalog.runs().size(),
        hits.size(),
        hits.stream().mapToDouble(hit -> hit.getResult().getSeconds()).sum(),
        catalog.nondeterministic().size());
  }

  private static void add(String name, Map<String, Sum> sums, List<Kind> kinds) {
    @Nullable Sum sum = sums.get(name);
    if (sum != null) {
      kinds.add(new Kind(name, sum.records(), sum.seconds(), sum.bytes()));
    }
  }
}
