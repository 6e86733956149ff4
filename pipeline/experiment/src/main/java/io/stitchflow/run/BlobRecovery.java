package io.stitchflow.run;

import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.memo.Memo;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens what one group of stages reads; a blob that is gone is made again by the stage that made
 * it, in the lane of the group that needs it. What fleeting stages made stays until this is closed,
 * under a name of its own, and goes with it unless another lane has it in hand.
 */
final class BlobRecovery implements Memo.BlobSource, AutoCloseable {
  private static final int TRIES = 10;

  private final Store store;
  private final Plan plan;
  private final Map<String, StageResult> upstream;
  private final Set<Digest> made;
  private final Make make;

  /** Who makes the fleeting blobs that the group reads. */
  private final Map<Digest, Stage> fleeting = new HashMap<>();

  private final Map<Digest, Store.Held> held = new HashMap<>();

  /** Runs stages of one group, whose inputs come from {@code blobs}. */
  @FunctionalInterface
  interface Make {
    List<StageResult> run(List<Stage> stages, Memo.BlobSource blobs) throws IOException;
  }

  /**
   * @param plan where makers are found
   * @param group what reads
   * @param upstream results of all stages before these, by stage
   * @param made fleeting blobs that were made here, by whatever lane, and are in the store
   */
  BlobRecovery(
      Store store,
      Plan plan,
      List<Stage> group,
      Map<String, StageResult> upstream,
      Set<Digest> made,
      Make make) {
    this.store = store;
    this.plan = plan;
    this.upstream = upstream;
    this.made = made;
    this.make = make;
    Set<String> read = new HashSet<>();
    for (Stage stage : group) {
      stage.getDependencyList().stream().map(Dependency::getStage).forEach(read::add);
    }
    for (Stage stage : plan.getStageList()) {
      if (stage.getFleeting() && read.contains(stage.getId())) {
        StageResult result = upstream.get(stage.getId());
        if (result != null) {
          digests(result).forEach(digest -> fleeting.put(digest, stage));
        }
      }
    }
  }

  @Override
  public Path open(Digest digest) throws IOException {
    Stage maker = fleeting.get(digest);
    if (maker != null) {
      return hold(digest, maker);
    }
    try {
      return store.open(digest);
    } catch (MissingBlobException e) {
      Stage lost = maker(digest);
      if (lost == null) {
        throw e;
      }
      remake(List.of(lost), digest);
      return store.open(digest);
    }
  }

  private Path hold(Digest digest, Stage maker) throws IOException {
    for (int tries = 1; ; tries++) {
      Store.Held blob = held.get(digest);
      if (blob != null) {
        return blob.path();
      }
      try {
        boolean here = store.find(digest) != null;
        held.put(digest, store.hold(digest));
        if (!here) {
          made.add(digest); // fetched from the remote store, for this group alone
        }
      } catch (MissingBlobException e) {
        if (tries == TRIES) {
          throw e; // other processes have dropped it as often in between
        }
        remake(absentLike(maker), digest);
      }
    }
  }

  /** What this group reads of the maker's group and the store does not have: one pass makes all. */
  private List<Stage> absentLike(Stage maker) {
    return fleeting.entrySet().stream()
        .filter(entry -> entry.getValue().getGroup().equals(maker.getGroup()))
        .filter(entry -> !held.containsKey(entry.getKey()) && store.find(entry.getKey()) == null)
        .map(Map.Entry::getValue)
        .distinct()
        .sorted((a, b) -> a.getId().compareTo(b.getId()))
        .toList();
  }

  private void remake(List<Stage> makers, Digest wanted) throws IOException {
    List<Stage> whole =
        makers.stream().map(stage -> stage.toBuilder().setBytesNeeded(true).build()).toList();
    List<StageResult> results = make.run(whole, this);
    for (StageResult result : results) {
      if (result.getOutcome() == Outcome.FAILED) {
        throw new IOException("'" + result.getStage() + "' failed: " + result.getMessage());
      }
      noteMade(result);
    }
    if (results.stream().flatMap(BlobRecovery::digests).noneMatch(wanted::equals)) {
      throw new IOException(
          "stage '"
              + makers.get(0).getId()
              + "' was recomputed to replace the missing blob "
              + wanted.brief()
              + ", but gave other bytes; run again to use its new result");
    }
    for (StageResult result : results) {
      digests(result).filter(fleeting::containsKey).forEach(this::holdIfThere);
    }
  }

  private void holdIfThere(Digest digest) {
    try {
      held.put(digest, store.hold(digest));
    } catch (IOException e) {
      // another process has deleted it: its reader will ask again
    }
  }

  private void noteMade(StageResult result) {
    if (result.getOutcome() == Outcome.RAN) {
      digests(result).filter(fleeting::containsKey).forEach(made::add);
    }
  }

  /** Lets go what fleeting stages among these have just made. */
  void dropOutputs(List<StageResult> results) {
    Set<String> ids = new HashSet<>();
    plan.getStageList().stream().filter(Stage::getFleeting).map(Stage::getId).forEach(ids::add);
    for (StageResult result : results) {
      if (ids.contains(result.getStage()) && result.getOutcome() == Outcome.RAN) {
        digests(result).forEach(this::drop);
      }
    }
  }

  private @Nullable Stage maker(Digest digest) {
    for (Stage stage : plan.getStageList()) {
      StageResult result = upstream.get(stage.getId());
      if (result != null && digests(result).anyMatch(digest::equals)) {
        return stage;
      }
    }
    return null;
  }

  private static Stream<Digest> digests(StageResult result) {
    return result.getResult().getOutputList().stream().map(Output::getDigest).map(Digest::from);
  }

  private void drop(Digest digest) {
    try {
      store.drop(digest);
    } catch (IOException e) {
      // it stays until the next collection
    }
  }

  @Override
  public void close() throws IOException {
    for (Map.Entry<Digest, Store.Held> entry : held.entrySet()) {
      entry.getValue().close();
      if (made.remove(entry.getKey())) {
        drop(entry.getKey());
      }
    }
  }
}
