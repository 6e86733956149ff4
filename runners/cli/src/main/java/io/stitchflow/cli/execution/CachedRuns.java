package io.stitchflow.cli.execution;

import com.google.protobuf.ByteString;
import io.stitchflow.cli.input.ExperimentOptions;
import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.PlanIngredients;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.progress.OutDirectory;
import io.stitchflow.cli.progress.RunRecord;
import io.stitchflow.cli.progress.RunSummary;
import io.stitchflow.cli.progress.StageResults;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.content.Digest;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.PlanStatus.StageStatus;
import io.stitchflow.run.RunFiles;
import io.stitchflow.spec.InvalidExperimentException;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.CachedRunFiles;
import io.stitchflow.store.RecordStates;
import io.stitchflow.store.Store;
import io.stitchflow.v1.CachedRun;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Runs that found every stage in the store, kept in the store, one for each variant of an
 * experiment, so that the same command is answered without planning. What is kept is never trusted
 * by itself: an answer needs the same ingredients of the plan, the same state of each record file,
 * whole blobs of the report and the same files of the run. Anything else, a failure to read
 * included, is planned.
 *
 * @param clock compared with the times at which files have changed
 */
record CachedRuns(
    ExperimentOptions options, Map<String, String> environment, Supplier<Instant> clock) {
  /** A file that changed this recently may change again within the same tick of its clock. */
  private static final Duration TICK = Duration.ofSeconds(2);

  /**
   * A run that need not be planned.
   *
   * @param described the end of {@code run.json}
   */
  record Found(CachedRun run, ByteString described, Store store, OutDirectory out) {}

  /** The run, if planning it now would find every stage in the store and the same report. */
  @Nullable Found find(boolean force) {
    try {
      @Nullable Store store = options.directory(environment);
      @Nullable ByteBuffer kept = store == null ? null : new CachedRunFiles(store).read(name());
      return store == null || kept == null ? null : check(CachedRun.parseFrom(kept), store, force);
    } catch (IOException | InputException | IllegalArgumentException e) {
      return null; // a plan finds out why
    }
  }

  private @Nullable Found check(CachedRun kept, Store store, boolean force)
      throws IOException, InputException {
    List<Path> sources = kept.getSourceList().stream().map(Path::of).toList();
    Digest ingredients = PlanIngredients.of(options, environment, sources).digest();
    if (!ingredients.bytes().equals(kept.getIngredients())) {
      return null;
    }
    Lines nobody = new Lines(OutputStream.nullOutputStream());
    OutDirectory out =
        OutDirectory.of(
            kept.getExperiment(), kept.getExperimentDigest(), options.out(), force, nobody);
    if (!out.path("").toString().equals(kept.getOut())) {
      return null;
    }
    out.checkIsOutside(store.root());
    @Nullable ByteString described = described(kept, out);
    boolean same =
        described != null
            && RunFiles.at(store, kept.getRun()).checksum() == kept.getRunChecksum()
            && RecordStates.hold(store, kept.getRecords())
            && new ActionCache(store).nondeterministicKeys().isEmpty();
    if (!same || described == null) {
      return null;
    }
    for (ByteString blob : kept.getBlobList()) {
      var unused = store.open(Digest.from(blob)); // verifies it
    }
    return new Found(kept, described, store, out);
  }

  private static @Nullable ByteString described(CachedRun kept, OutDirectory out)
      throws IOException {
    byte[] json = Files.readAllBytes(out.path(RunSummary.RUN_JSON));
    int start = json.length - kept.getDescribedBytes();
    return start >= 0 && checksum(json, start) == kept.getDescribedChecksum()
        ? ByteString.copyFrom(json, start, kept.getDescribedBytes())
        : null;
  }

  /**
   * Keeps a run that found every stage in the store. Plans again, so that what is kept together is
   * known to have been true together: nothing that the second plan depends on changed meanwhile.
   */
  void keep(Run run, PlanStatus survey, StageResults results, Store store, OutDirectory out) {
    if (!survey.complete() || !isSupported(run, store, out)) {
      return;
    }
    try {
      @Nullable CachedRun before = describe(run, survey, results, store, out);
      if (before != null
          && isPlannedAgain(run, survey, store)
          && before.equals(describe(run, survey, results, store, out))) {
        new CachedRunFiles(store).write(name(), before.toByteArray());
      }
    } catch (IOException | InputException | IllegalArgumentException e) {
      return; // the next run is planned too
    }
  }

  /** Whether the plan reads no files but the sources of its stages, from a local store. */
  private boolean isSupported(Run run, Store store, OutDirectory out) {
    Experiment experiment = run.getExperiment();
    return store.remoteStore() == null
        && experiment.getNetworkList().stream().noneMatch(Network::hasProgram)
        && DatasetKinds.datasets(experiment).stream().noneMatch(Dataset::hasExtension)
        && (options.out() != null || out.isUsual(experiment.getName()));
  }

  private boolean isPlannedAgain(Run run, PlanStatus survey, Store store)
      throws IOException, InputException {
    ValidExperiment valid;
    try {
      valid = options.read();
    } catch (InvalidExperimentException e) {
      return false;
    }
    Plan plan = Plans.in(store, valid, Plans.of(valid, options, environment));
    return valid.experiment().equals(run.getExperiment())
        && plan.equals(run.getPlan())
        && PlanStatus.of(plan, new Memo(store)).known().equals(survey.known());
  }

  /** Null if a source changed too recently to tell later changes. */
  private @Nullable CachedRun describe(
      Run run, PlanStatus survey, StageResults results, Store store, OutDirectory out)
      throws IOException, InputException {
    List<String> sources =
        run.getPlan().getStageList().stream()
            .flatMap(stage -> stage.getSourceFileList().stream())
            .distinct()
            .toList();
    PlanIngredients ingredients =
        PlanIngredients.of(options, environment, sources.stream().map(Path::of).toList());
    if (ingredients.sources().youngest().isAfter(clock.get().minus(TICK))) {
      return null;
    }
    List<Digest> keys = survey.known().stream().map(StageResult::getKey).map(Digest::from).toList();
    String id = RunFiles.id(run);
    byte[] json = Files.readAllBytes(out.path(RunSummary.RUN_JSON));
    int described = RunRecord.describedBytes(new String(json, StandardCharsets.UTF_8));
    return CachedRun.newBuilder()
        .setIngredients(ingredients.digest().bytes())
        .addAllSource(sources)
        .setExperiment(run.getExperiment().getName())
        .setExperimentDigest(OutDirectory.digest(run.getExperiment()))
        .setOut(out.path("").toString())
        .setRun(id)
        .setRunChecksum(RunFiles.at(store, id).checksum())
        .setStages(survey.stages().size())
        .setSecondsSaved(results.secondsSaved())
        .setReport(Objects.requireNonNull(results.report()))
        .addAllBlob(verified(survey.stages()))
        .setRecords(RecordStates.of(store, keys))
        .setDescribedBytes(described)
        .setDescribedChecksum(checksum(json, json.length - described))
        .build();
  }

  /** The blobs that the plan needs, each once. */
  private static Collection<ByteString> verified(List<StageStatus> stages) {
    return stages.stream()
        .filter(status -> status.stage().getBytesNeeded())
        .flatMap(
            status -> Objects.requireNonNull(status.known()).getResult().getOutputList().stream())
        .map(Output::getDigest)
        .distinct()
        .toList();
  }

  /** Of the kept file: of the experiment file and its overrides. */
  Digest name() {
    List<String> variant = new ArrayList<>(List.of(options.file().toString()));
    variant.addAll(options.sets());
    return Digest.of(String.join("\0", variant).getBytes(StandardCharsets.UTF_8));
  }

  private static int checksum(byte[] bytes, int start) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, start, bytes.length - start);
    return (int) checksum.getValue();
  }
}
