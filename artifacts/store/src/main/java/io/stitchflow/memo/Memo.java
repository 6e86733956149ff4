package io.stitchflow.memo;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileFailure;
import io.stitchflow.content.IoReason;
import io.stitchflow.content.MappedReads;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Records;
import io.stitchflow.store.Store;
import io.stitchflow.store.remote.Heartbeats;
import io.stitchflow.store.remote.RemoteTier;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Actions computed at most once: looked up in a store, else executed and published.
 *
 * <p>Any number of threads, processes and hosts may ask for the same action at the same time; one
 * computes it, the others wait and find it.
 */
public final class Memo {
  private static final Duration CHECKPOINTS_APART = Duration.ofMinutes(1);

  private final Store store;
  private final ActionCache cache;
  private final KeyLocks locks;
  private final Duration checkpointsApart;

  public Memo(Store store) {
    this(store, CHECKPOINTS_APART);
  }

  /**
   * @param checkpointsApart how much work of a stage may be lost with its process, if there are
   *     points to go on from as often
   */
  public Memo(Store store, Duration checkpointsApart) {
    this.checkpointsApart = checkpointsApart;
    this.store = store;
    this.cache = new ActionCache(store);
    RemoteTier remote = store.remote();
    this.locks =
        new KeyLocks(
            store.directory(),
            Heartbeats.ofThisProcess(),
            remote == null ? null : remote.leases(Heartbeats.toRemoteStores()));
  }

  /**
   * An action and what is wanted of it.
   *
   * @param cost the action's share of its group's work, in any unit
   * @param bytesNeeded whether a record is a hit only with all its blobs there and whole; else the
   *     digests are enough
   * @param mustStore whether it fails where the store, or the remote one behind it, cannot take its
   *     outputs; else they are kept for this process alone, or for this machine
   * @param sourceFiles where the action's first inputs are, in order, if outside the store
   */
  public record Request(
      Action action, double cost, boolean bytesNeeded, boolean mustStore, List<Path> sourceFiles) {
    public Request(Action action, double cost, boolean bytesNeeded, List<Path> sourceFiles) {
      this(action, cost, bytesNeeded, false, sourceFiles);
    }

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
   * @param failure why it failed, or ran and is not in the store; else empty
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
     * The blob's file, its bytes verified. May recompute it, in the calling thread, if the store
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
   * @param listener told what happens meanwhile
   * @return an answer to each request, in their order
   * @throws IOException from the executor or the blob source, and from the store where a request
   *     must be stored: then nothing is recorded of actions that were not published yet; what hit
   *     stands
   */
  @SuppressWarnings("try") // locks are held, not used
  public List<Answer> get(
      List<Request> requests, StageExecutor executor, BlobSource blobs, MemoListener listener)
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
      // Of all keys, also those that hit: others may have begun before some of these did
      Digest group = Collections.min(keys);
      try (KeyLocks.Held held = locks.lock(wanted.keySet(), group, listener)) {
        moveHits(wanted, answers); // somebody may have been faster
        if (!wanted.isEmpty()) {
          compute(wanted, executor, blobs, listener, answers);
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

  /** Many records at once, as they are now. */
  public Records records() {
    return cache.snapshot();
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
      MemoListener listener,
      Map<Digest, Answer> answers)
      throws IOException {
    for (Map.Entry<Digest, Request> miss : misses.entrySet()) {
      announce(miss.getKey(), miss.getValue());
    }
    Map<Digest, MemoRun> runs = new LinkedHashMap<>();
    Runnable learned =
        () ->
            listener.learned(
                runs.values().stream().map(MemoRun::loss).filter(Objects::nonNull).toList());
    misses.forEach(
        (key, request) ->
            runs.put(key, new MemoRun(request, store, blobs, () -> checkpoint(key), learned)));
    double totalCost = misses.values().stream().mapToDouble(Request::cost).sum();
    try {
      long start = System.nanoTime();
      execute(List.copyOf(runs.values()), executor, listener);
      double seconds = (System.nanoTime() - start) / 1e9;
      for (Map.Entry<Digest, MemoRun> entry : runs.entrySet()) {
        Digest key = entry.getKey();
        String failure = entry.getValue().failure();
        if (failure != null) {
          entry.getValue().deleteCheckpoint();
          answers.put(key, Answer.failed(key, failure));
          continue;
        }
        double cost = entry.getValue().request().cost();
        double share = totalCost > 0 ? cost / totalCost : 1.0 / runs.size();
        answers.put(key, publish(key, entry.getValue(), seconds * share));
      }
    } catch (IOException | RuntimeException | InternalError e) {
      throwIfInputLost(runs.values(), e);
      throw e;
    } finally {
      for (MemoRun run : runs.values()) {
        run.discard();
      }
    }
  }

  /**
   * What fails since a blob was deleted or cut short after it was opened is the store's fault, and
   * the blob is computed again by the next run that needs it.
   */
  private void throwIfInputLost(Collection<MemoRun> runs, Throwable failure) throws IOException {
    if (Thread.currentThread().isInterrupted()
        || (failure instanceof IOException e && FileFailure.isInterrupt(e))) {
      return;
    }
    for (MemoRun run : runs) {
      Digest lost = run.lostInput();
      if (lost != null) {
        throw new StoreException(
            store.location()
                + ": "
                + Store.name(lost)
                + ": was deleted or altered while a stage read it; run again to recompute it",
            failure);
      }
    }
    if (MappedReads.isUnreadable(failure)) {
      store.reportFault();
      throw new StoreException(
          store.location()
              + ": a file was cut short, or its disk failed, while a stage read it; run 'stitchflow"
              + " verify --repair', then run again",
          failure);
    }
  }

  private KeyCheckpoint checkpoint(Digest key) {
    return new KeyCheckpoint(store.directory(), key, checkpointsApart, System::nanoTime);
  }

  /** Lets collection know what is being read. */
  private void announce(Digest key, Request request) throws IOException {
    try {
      cache.actions().write(key, request.action());
    } catch (IOException e) {
      if (request.mustStore() || FileFailure.isInterrupt(e)) {
        throw e;
      }
      // publishing will tell
    }
  }

  private Answer publish(Digest key, MemoRun run, double seconds) throws IOException {
    ActionResult result = run.result(seconds);
    IOException problem = run.notStored();
    if (problem == null) {
      try {
        ActionResult standing = cache.replace(key, run.action(), result);
        run.deleteCheckpoint();
        if (run.request().mustStore()) {
          cache.checkPublishedThere(key);
        }
        return Answer.of(key, standing, Outcome.RAN);
      } catch (IOException e) {
        if (run.request().mustStore() || FileFailure.isInterrupt(e)) {
          throw e;
        }
        problem = e;
      }
    }
    return new Answer(key, result, Outcome.RAN, String.valueOf(problem.getMessage()));
  }

  /** Where the store's disk gets full under the executor, once more with outputs elsewhere. */
  private void execute(List<MemoRun> runs, StageExecutor executor, MemoListener listener)
      throws IOException {
    try {
      executor.execute(List.copyOf(runs), listener::advanced);
    } catch (IOException e) {
      if (!IoReason.isDiskFull(e)) {
        throw e;
      }
      if (runs.stream().anyMatch(run -> run.request().mustStore())) {
        throw store.directory().explain(store.root(), e);
      }
      for (MemoRun run : runs) {
        run.startAgainOutside();
      }
      executor.execute(List.copyOf(runs), listener::advanced);
    }
  }
}
