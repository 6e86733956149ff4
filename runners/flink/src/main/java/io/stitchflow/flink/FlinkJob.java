package io.stitchflow.flink;

import io.stitchflow.run.RunFiles;
import io.stitchflow.run.RunFollower;
import io.stitchflow.run.RunListener;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.transforms.ClusterException;
import io.stitchflow.transforms.StoreNotSharedException;
import io.stitchflow.v1.Plan;
import java.io.IOException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A job on a cluster, watched over its REST interface and by what its workers tell. */
final class FlinkJob implements Cluster.Job {
  /** Between two questions to a JobManager, which may share its cores with workers. */
  private static final long STATE_MILLIS = 1_000;

  private static final long PATIENCE_MILLIS = 60_000;
  private static final Set<String> OVER = Set.of("FINISHED", "CANCELED", "FAILED");
  private static final Pattern NOT_SHARED =
      Pattern.compile(Pattern.quote(StoreNotSharedException.class.getName()) + ": ([^\\n]+)");
  private static final Pattern LAST_CAUSE = Pattern.compile("(?m)^(?:Caused by: )?(\\S+: .+)$");

  private final String id;
  private final FlinkRest rest;
  private final RunFiles files;
  private final Plan plan;
  private final Held held;

  /** What ends with the job. */
  interface Held {
    void release() throws IOException;
  }

  FlinkJob(String id, FlinkRest rest, RunFiles files, Plan plan, Held held) {
    this.id = id;
    this.rest = rest;
    this.files = files;
    this.plan = plan;
    this.held = held;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Cluster.End await(RunListener listener) throws IOException, InterruptedException {
    RunFollower follower = new RunFollower(files, plan, listener);
    long answeredMillis = System.currentTimeMillis();
    while (true) {
      String state;
      try {
        state = rest.state(id);
        if (!state.isEmpty()) {
          checkStoreIsShared();
        }
        answeredMillis = System.currentTimeMillis();
      } catch (ClusterException e) {
        // A JobManager may be on its way to another machine
        if (System.currentTimeMillis() - answeredMillis > PATIENCE_MILLIS) {
          throw e;
        }
        state = "UNKNOWN";
      }
      long askedMillis = System.currentTimeMillis();
      follower.poll();
      if (state.isEmpty()) {
        return new Cluster.End(
            follower.results(),
            "the cluster has no record of job " + id + "; run the experiment again");
      }
      if (OVER.contains(state)) {
        follower.poll();
        return new Cluster.End(follower.results(), reason(state));
      }
      do {
        Thread.sleep(files.periodMillis());
        follower.poll();
      } while (!isLastTold(follower) && System.currentTimeMillis() - askedMillis < STATE_MILLIS);
    }
  }

  /** The job's end is near: its last stage has ended. */
  private boolean isLastTold(RunFollower follower) {
    return plan.getStageCount() > 0
        && follower.results().containsKey(plan.getStage(plan.getStageCount() - 1).getId());
  }

  /** No restart mends a store that a worker does not see, whatever the cluster would try. */
  private void checkStoreIsShared() throws IOException {
    Matcher matcher = NOT_SHARED.matcher(rest.failure(id));
    if (matcher.find()) {
      rest.cancel(id);
      throw new StoreNotSharedException(matcher.group(1));
    }
  }

  private String reason(String state) throws IOException {
    return switch (state) {
      case "FINISHED" -> "";
      case "CANCELED" -> "the job was cancelled";
      default -> "the job failed: " + lastCause(rest.failure(id));
    };
  }

  private static String lastCause(String stackTrace) {
    Matcher matcher = LAST_CAUSE.matcher(stackTrace);
    String last = "no reason given";
    while (matcher.find()) {
      last = matcher.group(1);
    }
    return last;
  }

  /** The message of the innermost cause. */
  static String root(Throwable problem) {
    Throwable cause = problem;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString();
  }

  @Override
  public void cancel() throws IOException {
    rest.cancel(id);
  }

  @Override
  public void close() throws IOException {
    held.release();
  }
}
