package io.stitchflow.transforms;

import io.stitchflow.content.Digest;
import io.stitchflow.plan.WorkPartition;
import io.stitchflow.run.RunFiles;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.ActionCache;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Share;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.extensions.protobuf.ProtoCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the stages of one kind that the survey found missing. Input: results of all stages before,
 * bounded. Output: the same, and one result a stage run. The side input is a barrier: no group
 * starts before all kinds before it are done.
 */
final class RunStages extends PTransform<PCollection<StageResult>, PCollection<StageResult>> {
  private static final List<Outcome> COUNTED =
      List.of(Outcome.HIT, Outcome.RAN, Outcome.FAILED, Outcome.SKIPPED);

  private final StageDefinition kind;
  private final RunSpec run;

  private RunStages(StageDefinition kind, RunSpec run) {
    this.kind = kind;
    this.run = run;
  }

  static RunStages of(StageDefinition kind, RunSpec run) {
    return new RunStages(kind, run);
  }

  @Override
  public PCollection<StageResult> expand(PCollection<StageResult> before) {
    List<Share> shares = run.shares(kind);
    if (shares.isEmpty()) {
      return before;
    }
    PCollectionView<Map<String, StageResult>> upstream =
        before
            .apply(
                "By stage",
                WithKeys.of(StageResult::getStage).withKeyType(TypeDescriptors.strings()))
            .apply("To all workers", View.asMap());
    PCollection<StageResult> results =
        before
            .getPipeline()
            // One element, so that one place deals them round: two might send theirs to one slot
            .apply(
                "Shares",
                Create.of(List.of(shares)).withCoder(ListCoder.of(ProtoCoder.of(Share.class))))
            .apply("One by one", Flatten.iterables())
            .apply("Spread", Reshuffle.viaRandomKey())
            .apply("Run", ParDo.of(new RunShare(kind, run, upstream)).withSideInputs(upstream))
            .setCoder(ProtoCoder.of(StageResult.class));
    return PCollectionList.of(before)
        .and(results)
        .apply("With those before", Flatten.pCollections());
  }

  /**
   * Looks in the store right before it computes, so that a replayed element costs a look-up. {@link
   * RunSpec.Sharing} says which groups of a share run here. Results of a share that others help
   * with come from its own slot in any case, which finds them in the store, in the end.
   */
  private static final class RunShare extends DoFn<Share, StageResult> {
    private static final Logger LOG = LoggerFactory.getLogger(RunStages.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final String kind;
    private final String id;
    private final String store;
    private final int lanes;
    private final RunSpec.Sharing sharing;
    private final PCollectionView<Map<String, StageResult>> upstream;
    private final Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
    private final Distribution millis = Metrics.distribution("stitchflow", "stage_millis");
    private final Distribution rate = Metrics.distribution("stitchflow", "images_per_second");
    private final Distribution corePercent = Metrics.distribution("stitchflow", "core_percent");

    RunShare(
        StageDefinition kind, RunSpec run, PCollectionView<Map<String, StageResult>> upstream) {
      this.kind = kind.name();
      this.sharing = run.sharing();
      this.id = run.id();
      this.store = run.store();
      this.lanes = run.lanes();
      this.upstream = upstream;
      for (Outcome outcome : COUNTED) {
        outcomes.put(
            outcome,
            Metrics.counter("stitchflow", "stages_" + outcome.name().toLowerCase(Locale.ROOT)));
      }
    }

    @ProcessElement
    public void process(@Element Share share, ProcessContext context) throws Exception {
      switch (sharing) {
        case DEALT -> {
          for (StageGroup group : share.getGroupList()) {
            run(group, context);
          }
        }
        case HELPED -> runWithHelp(share, context);
        case TAKEN -> take(share, context);
      }
      Workers.Site site = site();
      new ActionCache(site.worker().store()).sendUnsent();
      // Else the job might end before its last news are there
      site.listener().flush();
    }

    private void runWithHelp(Share share, ProcessContext context)
        throws IOException, InterruptedException {
      List<StageGroup> begunElsewhere = new ArrayList<>();
      for (StageGroup group : share.getGroupList()) {
        if (site().claim(name(group))) {
          run(group, context);
        } else {
          begunElsewhere.add(group);
        }
      }
      help(context.sideInput(upstream));
      for (StageGroup group : begunElsewhere) {
        run(group, context);
      }
    }

    /**
     * Runs what no other lane has begun and waits for the others: while a thread of the Direct
     * runner has nothing to do, the runner's own loop spins in it.
     */
    private void take(Share share, ProcessContext context)
        throws IOException, InterruptedException {
      BegunGroups begun = site().begun();
      for (StageGroup group : share.getGroupList()) {
        begun.runOnce(name(group), () -> run(group, context));
      }
      begun.awaitEnds();
    }

    private static String name(StageGroup group) {
      return group.getStage(0).getGroup();
    }

    private Workers.Site site() throws IOException, InterruptedException {
      return Workers.reach(store, id, lanes);
    }

    private void run(StageGroup group, ProcessContext context)
        throws IOException, InterruptedException {
      Workers.Site site = site();
      Map<String, StageResult> before = context.sideInput(upstream);
      counted(
              group,
              () -> site.worker().run(group.getStageList(), site.plan(), before, site.listener()))
          .forEach(context::output);
    }

    private void help(Map<String, StageResult> before) throws IOException, InterruptedException {
      Workers.Site site = site();
      RunFiles files = site.files();
      if (files == null) {
        return; // nobody else works for the run
      }
      for (StageGroup group :
          WorkPartition.costliestFirst(site.plan(), StageDefinition.named(kind))) {
        counted(
            group, () -> site.worker().help(group, files, site.plan(), before, site.listener()));
      }
    }

    /** What runs stages of a group. */
    @FunctionalInterface
    private interface GroupRun {
      List<StageResult> run() throws InterruptedException;
    }

    private List<StageResult> counted(StageGroup group, GroupRun work) throws InterruptedException {
      long startNanos = System.nanoTime();
      long startCpuNanos = THREADS.getCurrentThreadCpuTime();
      List<StageResult> results = work.run();
      if (results.stream().anyMatch(result -> result.getOutcome() == Outcome.RAN)) {
        corePercent.update(
            100
                * (THREADS.getCurrentThreadCpuTime() - startCpuNanos)
                / (System.nanoTime() - startNanos));
      }
      Workers.newWarnings(id).forEach(LOG::warn);
      Map<String, StageResult> byStage =
          results.stream().collect(Collectors.toMap(StageResult::getStage, result -> result));
      for (Stage stage : group.getStageList()) {
        StageResult result = byStage.get(stage.getId());
        if (result != null) {
          count(stage, result);
        }
      }
      return results;
    }

    private void count(Stage stage, StageResult result) {
      Counter counter = outcomes.get(result.getOutcome());
      if (counter != null) {
        counter.inc();
      }
      double seconds = result.getResult().getSeconds();
      if (result.getOutcome() == Outcome.RAN) {
        millis.update(Math.round(1000 * seconds));
        if (stage.getExamples() > 0 && seconds > 0) {
          rate.update(Math.round(stage.getExamples() / seconds));
        }
      }
      LOG.info(
          "{} '{}' key {}{}",
          result.getOutcome(),
          result.getStage(),
          result.getKey().isEmpty() ? "unknown" : Digest.from(result.getKey()).brief(),
          result.getOutcome() == Outcome.RAN
              ? String.format(Locale.ROOT, " in %.3f s", seconds)
              : result.getMessage().isEmpty() ? "" : ": " + result.getMessage());
    }
  }
}
