package io.stitchflow.transforms;

import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.extensions.protobuf.ProtoCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the comparison of each cell from the store. Input: the output of {@link RunExperiment} for
 * the same run. Output: one element for each cell whose comparison did not fail, under the ID of
 * its stage, any order. A comparison that was evicted from the store is computed again.
 */
public final class ReadComparisons
    extends PTransform<PCollection<StageResult>, PCollection<KV<String, Comparison>>> {
  private final RunSpec run;

  private ReadComparisons(RunSpec run) {
    this.run = run;
  }

  /** The comparisons of {@code run}. */
  public static ReadComparisons of(RunSpec run) {
    return new ReadComparisons(run);
  }

  @Override
  public PCollection<KV<String, Comparison>> expand(PCollection<StageResult> results) {
    PCollectionView<Map<String, StageResult>> all =
        results
            .apply(
                "By stage",
                WithKeys.of(StageResult::getStage).withKeyType(TypeDescriptors.strings()))
            .apply("To all workers", View.asMap());
    return results
        .apply("Read", ParDo.of(new Read(run, all)).withSideInputs(all))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), ProtoCoder.of(Comparison.class)));
  }

  private static final class Read extends DoFn<StageResult, KV<String, Comparison>> {
    private final String id;
    private final String store;
    private final int lanes;
    private final PCollectionView<Map<String, StageResult>> all;

    Read(RunSpec run, PCollectionView<Map<String, StageResult>> all) {
      this.id = run.id();
      this.store = run.store();
      this.lanes = run.lanes();
      this.all = all;
    }

    @ProcessElement
    public void process(@Element StageResult result, ProcessContext context)
        throws IOException, InterruptedException {
      if (result.getResult().getOutputList().stream()
          .noneMatch(output -> output.getName().equals("comparison"))) {
        return;
      }
      Workers.Site site = Workers.reach(store, id, lanes);
      Stage stage = find(site.plan(), result.getStage());
      if (stage == null) {
        return;
      }
      Comparison comparison;
      try {
        comparison = read(site, result);
      } catch (MissingBlobException e) {
        comparison = read(site, compute(site, stage, context.sideInput(all)));
      }
      context.output(KV.of(result.getStage(), comparison));
    }

    /** Null if it is a stage of an extension whose output has the same name. */
    private static @Nullable Stage find(Plan plan, String id) {
      for (Stage stage : plan.getStageList()) {
        if (stage.getId().equals(id)) {
          return stage.getAction().hasCompareStitches() ? stage : null;
        }
      }
      return null;
    }

    private static StageResult compute(
        Workers.Site site, Stage stage, Map<String, StageResult> results)
        throws IOException, InterruptedException {
      Stage whole = stage.toBuilder().setBytesNeeded(true).build();
      StageResult result =
          site.worker().run(List.of(whole), site.plan(), results, site.listener()).get(0);
      if (result.getOutcome() == Outcome.FAILED) {
        throw new IOException("'" + result.getStage() + "' failed: " + result.getMessage());
      }
      return result;
    }

    private static Comparison read(Workers.Site site, StageResult result) throws IOException {
      Digest digest = Digest.from(result.getResult().getOutput(0).getDigest());
      return Comparison.parseFrom(Files.readAllBytes(site.worker().store().open(digest)));
    }
  }
}
