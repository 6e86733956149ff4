package io.stitchflow.artifacts;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Actions computed at most once: looked up in a store, else executed and published.
 *
 * <p>Any number of threads and processes of a host may ask for the same action at the same time;
 * one computes it, the others wait and find it.
 */
public final class Memo {
  private final Store store;
  private final ActionCache cache;
  private final KeyLocks locks;

  public Memo(Store store) {
    this.store = store;
    this.cache = new ActionCache(store);
    this.locks = new KeyLocks(store.directory());
  }

  /**
   * An action and what is wanted of it.
   *
   * @param cost the action's share of its group's work, in any unit
   * @param bytesNeeded whether a record is a hit only with all its blobs there and whole; else the
   *     digests are enough
   * @param sourceFiles where the action's first inputs are, in order, if outside the store
   */
  public record Request(Action action, double cost, boolean bytesNeeded, List<Path> sourceFiles) {
    public Request {
      if (!(cost >= 0 && cost < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("cost must be finite and at least 0, but was: " + cost);
      }
      sourceFiles = List.copyOf(sourceFiles);
      if (sourceFiles.size() > action.getInputCount()) {
        throw new IllegalArgumentException(
            "more source files than the action's "
                + action.getInputCount()
                + " inputs: "
                + sourceFiles);
      }
    }
  }

  /**
   * What a request came to.
   *
   * @param outcome {@link Outcome#HIT}, {@link Outcome#RAN} or {@link Outcome#FAILED}
   * @param result empty where it failed
   * @param failure why it failed; empty where it did not
   */
  public record Answer(Digest key, ActionResult result, Outcome outcome, String failure) {
    static Answer of(Digest key, ActionResult result, Outcome outcome) {
      return new Answer(key, result, outcome, "");
    }

    static Answer failed(Digest key, String why) {
      return new Answer(key, ActionResult.getDefaultInstance(), Outcome.FAILED, why);
    }
  }

  /** Where blobs that executors read come from. */
  @FunctionalInterface
  public interface BlobSource {
    /**
     * The blob's file, its bytes verified. May compute it anew, in the calling thread, if the store
     * has lost it.
     */
    Path open(Digest digest) throws IOException;
  }

  /**
   * Answers all requests; those that miss are executed together, in one call.
   *
   * <p>Actions of one call must not depend on one another, nor, over the groups of a plan, in a
   * circle: calls hold the locks of their keys while the blob source computes lost inputs.
   *
   * @param requests at least one
   * @param progress told by the executor; not at all if everything hits
   * @return an answer to each request, in their order
   * @throws IOException from the executor, the blob source or the store: then nothing is recorded
   *     of actions that were not published yet; what hit stands
   */
  @SuppressWarnings("try") // locks are held, not used
  public List<Answer> get(
      List<Request> requests, StageExecutor executor, BlobSource blobs, DoubleConsumer progress)
      throws IOException {
    Map<Digest, Request> wanted = new LinkedHashMap<>();
    List<Digest> keys = new ArrayList<>();
    for (Request request : requests) {
      Digest key = ActionKeys.key(request.action());
      keys.add(key);
      wanted.merge(key, request, (a, b) -> a.bytesNeeded() ? a : b);
    }
    Map<Digest, Answer> answers = new LinkedHashMap<>();
    moveHits(wanted, answers);
    if (!wanted.isEmpty()) {
      try (KeyLocks.Held held = locks.lock(wanted.keySet())) {
        moveHits(wanted, answers); // somebody may have been faster
        if (!wanted.isEmpty()) {
          compute(wanted, executor, blobs, progress, answers);
        }
      }
    }
    List<Answer> inOrder = new ArrayList<>();
    for (Digest key : keys) {
      Answer answer = answers.get(key);
      if (answer == null) {
        throw new AssertionError("no answer for " + key);
      }
      inOrder.add(answer);
    }
    return inOrder;
  }

  /** The record under the key, or null. Its blobs may be gone. */
  public @Nullable ActionResult find(Digest key) {
    return cache.find(key);
  }

  /** Whether all blobs are there, each of the size that was recorded; does not read them. */
  public boolean whole(ActionResult result) {
    return cache.whole(result);
  }

  private void moveHits(Map<Digest, Request> wanted, Map<Digest, Answer> answers)
      throws IOException {
    for (Map.Entry<Digest, Request> entry : List.copyOf(wanted.entrySet())) {
      Digest key = entry.getKey();
      ActionResult result = cache.find(key);
      if (result != null && (!entry.getValue().bytesNeeded() || verified(result))) {
        answers.put(key, Answer.of(key, result, Outcome.HIT));
        wanted.remove(key);
      }
    }
  }

  /** Whether all blobs are there and hash to their digests; what is damaged is quarantined. */
  public boolean verified(ActionResult result) throws IOException {
    if (!cache.whole(result)) {
      return false;
    }
    for (Output output : result.getOutputList()) {
      try {
        store.open(Digest.from(output.getDigest()));
      } catch (MissingBlobException | StoreException e) {
        return false; // computing again is always right; if the store is at fault, put will say so
      }
    }
    return true;
  }

  private void compute(
      Map<Digest, Request> misses,
      StageExecutor executor,
      BlobSource blobs,
      DoubleConsumer progress,
      Map<Digest, Answer> answers)
      throws IOException {
    for (Map.Entry<Digest, Request> miss : misses.entrySet()) {
      cache.writeAction(miss.getKey(), miss.getValue().action());
    }
    Map<Digest, MemoRun> runs = new LinkedHashMap<>();
    misses.forEach((key, request) -> runs.put(key, new MemoRun(request, store, blobs)));
    double totalCost = misses.values().stream().mapToDouble(Request::cost).sum();
    try {
      long start = System.nanoTime();
      execute(List.copyOf(runs.values()), executor, progress);
      double seconds = (System.nanoTime() - start) / 1e9;
      for (Map.Entry<Digest, MemoRun> entry : runs.entrySet()) {
        Digest key = entry.getKey();
        String failure = entry.getValue().failure();
        if (failure != null) {
          answers.put(key, Answer.failed(key, failure));
          continue;
        }
        Request request = entry.getValue().request();
        double share = totalCost > 0 ? request.cost() / totalCost : 1.0 / runs.size();
        ActionResult result = entry.getValue().result(seconds * share);
        ActionResult standing = cache.replace(key, request.action(), result);
        answers.put(key, Answer.of(key, standing, Outcome.RAN));
      }
    } finally {
      for (MemoRun run : runs.values()) {
        run.discard();
      }
    }
  }

  private void execute(List<StageRun> runs, StageExecutor executor, DoubleConsumer progress)
      throws IOException {
    try {
      executor.execute(runs, progress);
    } catch (IOException e) {
      // outputs are files of the store: its disk is full, whatever the executor calls it
      throw FileFailure.isDiskFull(e) ? store.directory().explain(store.root(), e) : e;
    }
  }
}
