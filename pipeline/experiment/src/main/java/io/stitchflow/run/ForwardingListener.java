package io.stitchflow.run;

import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.time.Duration;
import java.util.List;

/** Passes everything on; a subclass changes some of it. */
public class ForwardingListener implements RunListener {
  private final RunListener listener;

  public ForwardingListener(RunListener listener) {
    this.listener = listener;
  }

  @Override
  public void started(List<Stage> group, String worker) {
    listener.started(group, worker);
  }

  @Override
  public void advanced(List<Stage> group, double share) {
    listener.advanced(group, share);
  }

  @Override
  public void learned(List<Stage> group, List<Double> losses) {
    listener.learned(group, losses);
  }

  @Override
  public void waiting(List<Stage> group, String owner, Duration waited) {
    listener.waiting(group, owner, waited);
  }

  @Override
  public void finished(Stage stage, StageResult result) {
    listener.finished(stage, result);
  }

  @Override
  public void flush() {
    listener.flush();
  }
}
