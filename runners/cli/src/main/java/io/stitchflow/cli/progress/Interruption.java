package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Lines;
import io.stitchflow.store.Store;
import io.stitchflow.torch.LaneShutdown;
import io.stitchflow.transforms.Cluster;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says what is kept when the process is asked to end (SIGINT, SIGTERM) during a run, and cancels
 * the run's job on a cluster. From then on the run itself says nothing more.
 */
public final class Interruption implements AutoCloseable {
  private final RunDisplay watched;
  private final Store store;
  private final Lines err;
  private final Thread hook = new Thread(this::end, "interruption");
  private volatile boolean ending;
  private volatile Cluster.@Nullable Job job;

  private Interruption(RunDisplay watched, Store store, Lines err) {
    this.watched = watched;
    this.store = store;
    this.err = err;
  }

  /** Waits for the process to be interrupted, until closed. */
  public static Interruption of(RunDisplay watched, Store store, Lines err) {
    Interruption interruption = new Interruption(watched, store, err);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** From now on an interruption cancels {@code submitted}, which outlives this process. */
  public void cancels(Cluster.Job submitted) {
    job = submitted;
  }

  /** Never returns once the process is interrupted. */
  public void check() {
    if (ending) {
      LaneShutdown.awaitExit();
    }
  }

  /** Never returns once the process is interrupted: what the run fails with then is not news. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LaneShutdown.awaitExit();
    }
  }

  private void end() {
    ending = true;
    watched.close();
    Cluster.Job submitted = job;
    if (submitted != null) {
      cancel(submitted);
    }
    err.println(
        "stitchflow: interrupted; finished results are kept in "
            + store.location()
            + "; run the same command again to continue");
  }

  private void cancel(Cluster.Job submitted) {
    try {
      submitted.cancel();
      err.println("stitchflow: cancelled job " + submitted.id());
    } catch (IOException e) {
      err.println("stitchflow: job " + submitted.id() + " is not cancelled: " + e.getMessage());
    }
  }
}
