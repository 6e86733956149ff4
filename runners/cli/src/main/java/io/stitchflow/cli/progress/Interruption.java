package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.CLibrary;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.torch.LaneShutdown;
import io.stitchflow.transforms.Cluster;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says how far the run is when the process is asked to end (SIGINT, SIGTERM), and cancels the run's
 * job on a cluster. From then on the run itself says nothing more.
 *
 * <p>The line is printed at once. The process ends when all lanes have stopped ({@link
 * LaneShutdown}), which is after the native call that each of them is in. If that takes {@link
 * #PATIENCE_MILLIS}, a second line names what is waited for. After SIGINT a call that outlasts
 * {@link #LONGEST_MILLIS} ends with the process, as LaneShutdown ends it after SIGTERM: without
 * destructors, since those of libtorch crash under a thread that computes.
 */
public final class Interruption implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 700;

  /** Before LaneShutdown ends the process, with the exit code of SIGTERM. */
  private static final long LONGEST_MILLIS = 3_000;

  private static final int MOST_NAMED = 4;

  private final RunDisplay watched;
  private final Lines err;
  private final CLibrary library = CLibrary.load(); // not while the JVM exits
  private final Thread hook = new Thread(this::end, "interruption");
  private volatile boolean ending;
  private volatile Cluster.@Nullable Job job;

  private Interruption(RunDisplay watched, Lines err) {
    this.watched = watched;
    this.err = err;
  }

  /** Waits for the process to be interrupted, until closed. */
  public static Interruption of(RunDisplay watched, Lines err) {
    Interruption interruption = new Interruption(watched, err);
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
    Cluster.Job submitted = job;
    if (submitted == null) {
      Thread deadline = new Thread(this::endLanes, "interruption deadline");
      deadline.setDaemon(true);
      deadline.start();
    }
    watched.close();
    err.println("stitchflow: " + watched.progress().snapshot().stopped());
    if (submitted != null) {
      err.println("stitchflow: cancelling job " + submitted.id());
      cancel(submitted);
    }
  }

  /** Runs beside the shutdown hooks, until the process is gone. */
  private void endLanes() {
    try {
      Thread.sleep(PATIENCE_MILLIS);
      String running = watched.progress().snapshot().runningNow(MOST_NAMED);
      err.println("stitchflow: waiting for libtorch to finish a step of " + running);
      Thread.sleep(LONGEST_MILLIS - PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      return;
    }
    if (isOfSigint()) {
      library.exit(ExitCode.INTERRUPTED);
    }
  }

  /** Whether the JVM exits by SIGINT: the thread that began the exit waits for all hooks. */
  private static boolean isOfSigint() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("SIGINT handler"));
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
