package io.stitchflow.run;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.MemoListener;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.plan.StageActions;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs groups of stages through the memo, one group a lane, on whatever thread asks. One for a
 * store in a JVM.
 */
public final class Worker {
  private final Store store;
  private final Memo memo;
  private final Function<StageDefinition, StageExecutor> executors;
  private final Semaphore lanes;

  /** Outputs of fleeting stages that this made and did not drop yet. */
  private final Set<Digest> fleeting = ConcurrentHashMap.newKeySet();

  /**
   * A worker with the executors of the definitions.
   *
   * @param lanes groups that run at once; each uses one core
   */
  public Worker(Store store, int lanes) {
    this(store, StageDefinition::executor, lanes);
  }

  /**
   * A worker with other executors.
   *
   * @param executors a new executor for each stage
   */
  public Worker(Store store, Function<StageDefinition, StageExecutor> executors, int lanes) {
    this.store = store;
    this.memo = new Memo(store);
    this.executors = executors;
    this.lanes = new Semaphore(lanes, true);
  }

  public Store store() {
    return store;
  }

  public Memo memo() {
    return memo;
  }

  /**
   * Runs the stages of one group and returns their results in the same order. What fails is a
   * result too, and so is what cannot start because something before it failed.
   *
   * @param plan where the makers of missing blobs are found
   * @param upstream results of all stages before these, by stage
   * @throws InterruptedException if the thread was asked to stop
   */
  public List<StageResult> run(
      List<Stage> group, Plan plan, Map<String, StageResult> upstream, RunListener listener)
      throws InterruptedException {
    Map<String, StageResult> results = new HashMap<>();
    List<Stage> ready = new ArrayList<>();
    for (Stage stage : group) {
      String obstacle = obstacle(stage, upstream);
      if (obstacle == null) {
        ready.add(stage);
      } else {
        results.put(stage.getId(), ended(stage, Outcome.SKIPPED, obstacle));
      }
    }
    if (!ready.isEmpty()) {
      lanes.acquire();
      try {
        listener.started(ready, "");
        for (StageResult result : attempt(ready, plan, upstream, listener)) {
          results.put(result.getStage(), result);
        }
      } finally {
        lanes.release();
      }
    }
    List<StageResult> inOrder = new ArrayList<>();
    for (Stage stage : group) {
      StageResult result = results.get(stage.getId());
      if (result == null) {
        throw new IllegalStateException("stage '" + stage.getId() + "' ended without a result");
      }
      listener.finished(stage, result);
      inOrder.add(result);
    }
    return inOrder;
  }

  /**
   * Runs a group of another worker's share, if it can start, is not in the store, and no worker of
   * the run has claimed it.
   *
   * @param listener receives the ends of computed stages only: the other worker reports the rest
   * @return results of computed stages only: the other worker finds them in the store
   */
  public List<StageResult> help(
      StageGroup group,
      RunFiles run,
      Plan plan,
      Map<String, StageResult> upstream,
      RunListener listener)
      throws InterruptedException {
    List<Stage> left =
        group.getStageList().stream()
            .filter(stage -> obstacle(stage, upstream) == null && !isKnown(stage, upstream))
            .toList();
    if (left.isEmpty() || !run.claim(left.get(0).getGroup())) {
      return List.of();
    }
    return run(left, plan, upstream, new OfComputed(listener)).stream()
        .filter(result -> result.getOutcome() == Outcome.RAN)
        .toList();
  }

  private boolean isKnown(Stage stage, Map<String, StageResult> upstream) {
    Action action = StageActions.resolve(stage, upstream);
    return action != null && memo.find(ActionKeys.key(action)) != null;
  }

  /** Passes on ends of stages only if they were computed. */
  private static final class OfComputed extends ForwardingListener {
    OfComputed(RunListener listener) {
      super(listener);
    }

    @Override
    public void finished(Stage stage, StageResult result) {
      if (result.getOutcome() == Outcome.RAN) {
        super.finished(stage, result);
      }
    }
  }

  private List<StageResult> attempt(
      List<Stage> stages, Plan plan, Map<String, StageResult> upstream, RunListener listener)
      throws InterruptedException {
    try (BlobRecovery rewinder =
        new BlobRecovery(
            store,
            plan,
            stages,
            upstream,
            fleeting,
            (makers, blobs) -> compute(makers, blobs, upstream, share -> {}))) {
      List<StageResult> results = compute(stages, rewinder, upstream, telling(listener, stages));
      rewinder.dropOutputs(results);
      return results;
    } catch (IOException | RuntimeException e) {
      if (Thread.interrupted()) {
        throw (InterruptedException)
            new InterruptedException("stopped while running " + stages.get(0).getId()).initCause(e);
      }
      return failed(stages, FailureMessages.describe(e, store));
    } catch (OutOfMemoryError | LinkageError | InternalError e) {
      return failed(stages, FailureMessages.describe(e, store));
    }
  }

  private static List<StageResult> failed(List<Stage> stages, String message) {
    return stages.stream().map(stage -> ended(stage, Outcome.FAILED, message)).toList();
  }

  private static MemoListener telling(RunListener listener, List<Stage> stages) {
    return new MemoListener() {
      @Override
      public void advanced(double share) {
        listener.advanced(stages, share);
      }

      @Override
      public void learned(List<Double> losses) {
        listener.learned(stages, losses);
      }

      @Override
      public void waiting(Digest key, String owner, Duration waited) {
        listener.waiting(stages, owner, waited);
      }
    };
  }

  private List<StageResult> compute(
      List<Stage> stages,
      Memo.BlobSource blobs,
      Map<String, StageResult> upstream,
      MemoListener listener)
      throws IOException {
    List<Memo.Request> requests = new ArrayList<>();
    for (Stage stage : stages) {
      Action action = StageActions.resolve(stage, upstream);
      if (action == null) {
        throw new IllegalStateException(
            "stage '" + stage.getId() + "' was started before what it depends on");
      }
      List<Path> files = stage.getSourceFileList().stream().map(Path::of).toList();
      requests.add(
          new Memo.Request(
              action, stage.getCost(), stage.getBytesNeeded(), stage.getMustStore(), files));
    }
    StageExecutor executor = executors.apply(StageDefinition.of(stages.get(0)));
    List<Memo.Answer> answers = memo.get(requests, executor, blobs, listener);
    List<StageResult> results = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      Memo.Answer answer = answers.get(i);
      if (answer.outcome() == Outcome.FAILED) {
        results.add(ended(stages.get(i), Outcome.FAILED, answer.failure()));
        continue;
      }
      results.add(
          StageResult.newBuilder()
              .setStage(stages.get(i).getId())
              .setOutcome(answer.outcome())
              .setKey(answer.key().bytes())
              .setResult(answer.result())
              .setMessage(answer.failure())
              .build());
    }
    return results;
  }

  /** Why the stage cannot start, or null if it can. */
  private static @Nullable String obstacle(Stage stage, Map<String, StageResult> upstream) {
    for (Dependency dependency : stage.getDependencyList()) {
      StageResult result = upstream.get(dependency.getStage());
      if (result != null && result.getOutcome() == Outcome.FAILED) {
        return "'" + result.getStage() + "' failed";
      }
      if (result != null && result.getOutcome() == Outcome.SKIPPED) {
        return result.getMessage();
      }
    }
    return null;
  }

  private static StageResult ended(Stage stage, Outcome outcome, String message) {
    return StageResult.newBuilder()
        .setStage(stage.getId())
        .setOutcome(outcome)
        .setMessage(message)
        .build();
  }
}
