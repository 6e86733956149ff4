package io.stitchflow.transforms;

import io.stitchflow.plan.RunListener;
import io.stitchflow.plan.Survey;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;

/** Runs an experiment's missing stages on the runner that is in the options. */
public final class BeamRun {
  private BeamRun() {}

  /**
   * Returns the results of all stages that ran or were looked up again; blocks until the run ends.
   *
   * @param lanes groups of stages that run at once in one JVM
   */
  public static List<StageResult> run(
      PipelineOptions options,
      Plan plan,
      Survey survey,
      Path store,
      int lanes,
      RunListener listener) {
    String id = UUID.randomUUID().toString();
    Collecting collecting = new Collecting(listener);
    Workers.listen(id, collecting);
    try {
      Pipeline pipeline = Pipeline.create(options);
      RunSpec run =
          new RunSpec(id, store.toAbsolutePath().toString(), lanes, plan, survey.missing());
      pipeline.apply("Run experiment", RunExperiment.of(run, survey.known()));
      pipeline.run().waitUntilFinish();
    } finally {
      Workers.forget(id);
    }
    return new ArrayList<>(collecting.results);
  }

  private static final class Collecting implements RunListener {
    private final RunListener listener;
    private final ConcurrentLinkedQueue<StageResult> results = new ConcurrentLinkedQueue<>();

    Collecting(RunListener listener) {
      this.listener = listener;
    }

    @Override
    public void started(List<Stage> group) {
      listener.started(group);
    }

    @Override
    public void advanced(List<Stage> group, double share) {
      listener.advanced(group, share);
    }

    @Override
    public void finished(Stage stage, StageResult result) {
      results.add(result);
      listener.finished(stage, result);
    }
  }
}
