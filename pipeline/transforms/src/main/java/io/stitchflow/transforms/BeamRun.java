package io.stitchflow.transforms;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.ForwardingListener;
import io.stitchflow.run.RunFiles;
import io.stitchflow.run.RunListener;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;

/** An experiment's missing stages as a Beam pipeline. */
public final class BeamRun {
  private BeamRun() {}

  /** A new run's id on a cluster: 32 hexadecimal digits. */
  public static String newId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /** The pipeline that runs what {@code survey} found missing. */
  public static Pipeline pipeline(PipelineOptions options, RunSpec run, PlanStatus survey) {
    Pipeline pipeline = Pipeline.create(options);
    pipeline.apply("Run experiment", RunExperiment.of(run, survey.known()));
    return pipeline;
  }

  /**
   * Runs in this JVM, on the runner that is in the options, and returns the results of all stages
   * that ran or were looked up again; blocks until the run ends. Its record is under {@link
   * RunFiles#id}.
   *
   * @param lanes groups of stages that run at once
   */
  public static List<StageResult> runHere(
      PipelineOptions options,
      Run run,
      PlanStatus survey,
      Store store,
      int lanes,
      RunListener listener)
      throws IOException {
    String id = newId();
    keep(store, run);
    Collecting collecting = new Collecting(listener);
    Workers.host(id, store, run.getPlan(), lanes, collecting);
    try {
      RunSpec spec =
          new RunSpec(id, store.location(), lanes, RunSpec.Sharing.TAKEN, survey.missing());
      pipeline(options, spec, survey).run().waitUntilFinish();
    } finally {
      Workers.forget(id);
    }
    return new ArrayList<>(collecting.results);
  }

  private static void keep(Store store, Run run) {
    try {
      RunFiles.keep(store, run);
    } catch (IOException e) {
      return; // the writer of its end reports it
    }
  }

  private static final class Collecting extends ForwardingListener {
    private final ConcurrentLinkedQueue<StageResult> results = new ConcurrentLinkedQueue<>();

    Collecting(RunListener listener) {
      super(listener);
    }

    @Override
    public void finished(Stage stage, StageResult result) {
      results.add(result);
      super.finished(stage, result);
    }
  }
}
