package io.stitchflow.cli.progress;

import com.google.protobuf.ByteString;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.Clock;
import io.stitchflow.cli.text.Durations;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.content.ExitCoded;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.report.figure.TerminalMatrices;
import io.stitchflow.store.Store;
import io.stitchflow.v1.CachedRun;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run ends with: the report's files, {@code run.json}, matrices and a summary.
 *
 * @param system where JSON goes
 * @param terminal where text for people goes
 * @param events has the end as its last event
 */
public record RunSummary(Terminal system, Terminal terminal, boolean json, EventLog events) {
  /** The file that describes the run for programs. */
  public static final String RUN_JSON = "run.json";

  /**
   * Writes everything and returns the exit code.
   *
   * @param circumstances what else {@code run.json} says of the run
   */
  public int write(
      Run run,
      StageResults results,
      Store store,
      OutDirectory out,
      Clock clock,
      Map<String, Object> circumstances)
      throws IOException {
    StageResult report = results.report();
    RunRecord record;
    try (OutFiles files = out.begin()) {
      @Nullable Path page = copy(report, store, files) ? out.path("report.html") : null;
      String name = run.getExperiment().getName();
      record = new RunRecord(name, out.path(""), page, RunTotals.of(results), clock.seconds());
      String digest = OutDirectory.digest(run.getExperiment());
      files.write(
          RUN_JSON, record.text(circumstances(digest, store, clock, circumstances), results));
      files.commit();
    } catch (IOException e) {
      throw e instanceof ExitCoded ? e : out.unwritable(e);
    }
    if (record.report() != null) {
      answer(out);
    }
    reportProblems(results, terminal.out());
    summarize(record, terminal.out());
    StoreOption.warn(store, terminal);
    Nondeterminism.warn(store, results, terminal.err());
    if (json) {
      system.out().json(record.summary());
    }
    int code = exitCode(results, store);
    events.ended(record.summary(), code);
    return code;
  }

  /**
   * Writes the same for a run that was found unchanged, if all blobs of the report are in the
   * store.
   *
   * @param described the end of {@code run.json}
   * @return false if the report could not be written; then nothing was printed
   */
  public boolean writeAgain(
      CachedRun cached,
      ByteString described,
      Store store,
      OutDirectory out,
      Clock clock,
      Map<String, Object> circumstances)
      throws IOException {
    RunRecord record;
    try (OutFiles files = out.begin()) {
      files.copy(cached.getReport(), store);
      record =
          new RunRecord(
              cached.getExperiment(),
              out.path(""),
              out.path("report.html"),
              RunTotals.of(cached),
              clock.seconds());
      String digest = cached.getExperimentDigest();
      files.write(
          RUN_JSON, record.text(circumstances(digest, store, clock, circumstances), described));
      files.commit();
    } catch (IOException e) {
      return false;
    }
    answer(out);
    summarize(record, terminal.out());
    if (json) {
      system.out().json(record.summary());
    }
    return true;
  }

  private static Map<String, Object> circumstances(
      String digest, Store store, Clock clock, Map<String, Object> more) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(OutDirectory.DIGEST, digest);
    all.putAll(more);
    all.put("store", store.location());
    all.put("started", clock.started().toString());
    all.put("processors", Runtime.getRuntime().availableProcessors());
    return all;
  }

  private static int exitCode(StageResults results, Store store) {
    if (results.count(Outcome.FAILED) == 0) {
      return ExitCode.DONE;
    }
    return store.isFaulty() ? ExitCode.STORE : ExitCode.SOME_STAGES_FAILED;
  }

  /** Whether the report is there to be copied; a worker's, whose store did not take it, is not. */
  private static boolean copy(@Nullable StageResult report, Store store, OutFiles files)
      throws IOException {
    if (report == null) {
      return false;
    }
    try {
      files.copy(report, store);
      return true;
    } catch (MissingBlobException e) {
      return false;
    }
  }

  private void answer(OutDirectory out) throws IOException {
    String matrices = Files.readString(out.path("matrices.ansi"));
    if (terminal.color()) {
      terminal.out().printRaw(matrices);
    } else {
      terminal.out().print(TerminalMatrices.plain(matrices));
    }
    if (Files.exists(out.path("answer.txt"))) {
      terminal.out().println();
      terminal.out().print(Files.readString(out.path("answer.txt")));
    }
  }

  private static void reportProblems(StageResults results, Lines out) {
    List<StageResult> failed = results.with(Outcome.FAILED);
    List<StageResult> skipped = results.with(Outcome.SKIPPED);
    Causes.of(failed).lines().forEach(line -> out.println("failed: " + line));
    if (!skipped.isEmpty()) {
      out.printf(
          Locale.ROOT,
          "skipped: %d stages that depend on failed ones; run.json names them%n",
          skipped.size());
    }
    List<StageResult> notStored = results.notStored();
    if (!notStored.isEmpty()) {
      Causes.of(notStored).lines().forEach(line -> out.println("not stored: " + line));
      out.printf(
          Locale.ROOT,
          "NOT STORED: %d results could not be kept; the next run computes them again%n",
          notStored.size());
    }
  }

  private static void summarize(RunRecord record, Lines out) {
    RunTotals totals = record.totals();
    out.printf(
        Locale.ROOT,
        "%s: %d stages ran, %d cached%s in %s%s%n",
        record.experiment(),
        totals.ran(),
        totals.hit(),
        totals.failed() == 0
            ? ""
            : ", " + totals.failed() + " failed, " + totals.skipped() + " skipped",
        Durations.words(record.seconds()),
        totals.hit() == 0
            ? ""
            : "; to compute what was cached took " + Durations.words(totals.secondsSaved()));
    out.println(
        record.report() == null
            ? "no report, since stages failed or it could not be stored; details: "
                + record.out().resolve(RUN_JSON)
            : "report: " + record.report());
  }
}
