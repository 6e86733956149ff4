package io.stitchflow.benchmarks;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.run.Worker;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * A group of stages that does so many steps a round and waits between rounds. A step is what the
 * stage reports as progress: a batch. The stage runs in a thread of its own, as a worker runs it.
 */
final class PausedStage implements AutoCloseable {
  private final Semaphore turn = new Semaphore(0);
  private final Semaphore paused = new Semaphore(0);
  private final Worker worker;
  private final Thread thread;
  private volatile int stepsARound;
  private volatile boolean closed;
  private volatile String end = "";
  private int steps;

  /** The group of this kind that the predicate selects; nothing runs before the first round. */
  PausedStage(PreparedExperiment experiment, String kind, Predicate<Stage> selected)
      throws IOException {
    worker = experiment.worker(this::pausing);
    StageGroup group = experiment.missing(worker, kind, selected);
    Map<String, StageResult> upstream = experiment.known(worker);
    thread = new Thread(() -> run(group, experiment.plan(), upstream), "paused stage");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(StageGroup group, Plan plan, Map<String, StageResult> upstream) {
    turn.acquireUninterruptibly();
    try {
      worker.run(group.getStageList(), plan, upstream, new PreparedExperiment.Strict());
      end = "it is complete";
    } catch (InterruptedException | RuntimeException e) {
      end = e.toString();
    } finally {
      paused.release();
    }
  }

  private StageExecutor pausing(StageDefinition definition) {
    StageExecutor executor = definition.executor();
    return (runs, progress) ->
        executor.execute(
            runs,
            share -> {
              progress.accept(share);
              step();
            });
  }

  private void step() {
    steps++;
    if (steps >= stepsARound) {
      steps = 0;
      paused.release();
      turn.acquireUninterruptibly();
      if (closed) {
        throw new CancellationException("the benchmark has ended");
      }
    }
  }

  /** Seconds that so many steps take. The first round includes the start of the stage. */
  double seconds(int count) {
    stepsARound = count;
    long start = System.nanoTime();
    turn.release();
    paused.acquireUninterruptibly();
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!end.isEmpty()) {
      throw new IllegalStateException("the stage ended before the benchmark: " + end);
    }
    return seconds;
  }

  @Override
  public void close() {
    closed = true;
    turn.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
