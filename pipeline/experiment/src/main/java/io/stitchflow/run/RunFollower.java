package io.stitchflow.run;

import io.stitchflow.v1.Plan;
import io.stitchflow.v1.RunEvent;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Passes on to a listener what a run's workers tell in {@link RunFiles}, and keeps the results. */
public final class RunFollower {
  private final RunFiles.Events events;
  private final RunListener listener;
  private final Map<String, Stage> stages = new HashMap<>();
  private final Map<String, List<Stage>> groups = new HashMap<>();
  private final Map<String, StageResult> results = new HashMap<>();

  public RunFollower(RunFiles run, Plan plan, RunListener listener) {
    this.events = run.follow();
    this.listener = listener;
    plan.getStageList().forEach(stage -> stages.put(stage.getId(), stage));
  }

  /** Passes on the events since the last call. */
  public void poll() throws IOException {
    for (RunEvent event : events.next()) {
      switch (event.getEventCase()) {
        case STARTED -> start(event);
        case ADVANCED -> {
          List<Stage> group = groups.get(event.getAdvanced().getStage());
          if (group != null) {
            if (event.getAdvanced().getLossCount() > 0) {
              listener.learned(group, event.getAdvanced().getLossList());
            }
            listener.advanced(group, event.getAdvanced().getShare());
          }
        }
        case WAITING -> {
          List<Stage> group = groups.get(event.getWaiting().getStage());
          if (group != null) {
            listener.waiting(
                group,
                event.getWaiting().getOwner(),
                Duration.ofSeconds(event.getWaiting().getSeconds()));
          }
        }
        case FINISHED -> finish(event.getFinished());
        case EVENT_NOT_SET -> {} // a newer worker's
      }
    }
  }

  private void start(RunEvent event) {
    List<Stage> group = new ArrayList<>();
    for (String id : event.getStarted().getStageList()) {
      Stage stage = stages.get(id);
      if (stage != null) {
        group.add(stage);
      }
    }
    if (!group.isEmpty()) {
      groups.put(group.get(0).getId(), group);
      listener.started(group, event.getWorker());
    }
  }

  private void finish(StageResult result) {
    Stage stage = stages.get(result.getStage());
    if (stage == null) {
      return;
    }
    // A worker that took over from one that was killed finds what that one computed
    results.merge(result.getStage(), result, (first, later) -> first.hasResult() ? first : later);
    listener.finished(stage, result);
  }

  /** Results so far, by stage. */
  public Map<String, StageResult> results() {
    return Map.copyOf(results);
  }
}
