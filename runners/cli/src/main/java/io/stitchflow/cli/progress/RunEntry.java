package io.stitchflow.cli.progress;

import io.stitchflow.content.FileFailure;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A run in the store's {@code runs/}. A repeated run in one process replaces its entry.
 *
 * @param time when it ended; of a run that did not end, when its files were last written
 * @param run without fields where its file cannot be read
 * @param results of all stages; none where the run did not end
 */
public record RunEntry(String id, Instant time, State state, Run run, List<StageResult> results) {
  /** How a run ended. */
  public enum State {
    DONE,
    /** Some stages failed. */
    FAILED,
    /** It continues, or was interrupted. */
    UNFINISHED;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public RunEntry {
    results = List.copyOf(results);
  }

  /** All runs of the store, the newest first. */
  public static List<RunEntry> all(Store store) throws IOException {
    List<RunEntry> entries = new ArrayList<>();
    for (String id : RunFiles.ids(store)) {
      try {
        entries.add(read(store, id));
      } catch (NoSuchFileException e) {
        // deleted meanwhile
      }
    }
    entries.sort(
        Comparator.comparing((RunEntry entry) -> entry.time())
            .reversed()
            .thenComparing(entry -> entry.id()));
    return entries;
  }

  private static RunEntry read(Store store, String id) throws IOException {
    Path directory = store.runs().path().resolve(id);
    RunFiles files = RunFiles.at(store, id);
    Instant time = lastWritten(store, directory);
    Run run = readRun(files);
    List<StageResult> results;
    try {
      results = files.readResults();
    } catch (IOException e) {
      return new RunEntry(id, time, State.UNFINISHED, run, List.of());
    }
    boolean failed = results.stream().anyMatch(each -> each.getOutcome() == Outcome.FAILED);
    return new RunEntry(id, time, failed ? State.FAILED : State.DONE, run, results);
  }

  private static Instant lastWritten(Store store, Path directory) throws IOException {
    try {
      return RecentRuns.lastHeardOf(directory);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw FileFailure.explain(store.root(), directory, e);
    }
  }

  private static Run readRun(RunFiles files) {
    try {
      return files.read();
    } catch (IOException e) {
      return Run.getDefaultInstance();
    }
  }

  /** The name of its experiment, or {@code ?} where that cannot be read. */
  public String experiment() {
    String name = run.getExperiment().getName();
    return name.isEmpty() ? "?" : name;
  }

  public long count(Outcome outcome) {
    return results.stream().filter(result -> result.getOutcome() == outcome).count();
  }

  /** What computing took, of all stages with that outcome. */
  public double seconds(Outcome outcome) {
    return results.stream()
        .filter(result -> result.getOutcome() == outcome)
        .mapToDouble(result -> result.getResult().getSeconds())
        .sum();
  }

  public Map<String, Object> json() {
    Map<String, Object> stages = new LinkedHashMap<>();
    stages.put("total", run.getPlan().getStageCount());
    for (Outcome outcome : List.of(Outcome.HIT, Outcome.RAN, Outcome.FAILED, Outcome.SKIPPED)) {
      stages.put(outcome.name().toLowerCase(Locale.ROOT), count(outcome));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", id);
    json.put("experiment", run.getExperiment().getName());
    json.put("state", state.word());
    json.put("time", time.toString());
    json.put("out", run.getOut());
    json.put("master", run.getMaster());
    json.put("stages", stages);
    json.put("seconds_computed", RunRecord.rounded(seconds(Outcome.RAN)));
    json.put("seconds_saved", RunRecord.rounded(seconds(Outcome.HIT)));
    return json;
  }
}
