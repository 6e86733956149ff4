package io.stitchflow.cli.progress;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileFailure;
import io.stitchflow.run.RunFiles;
import io.stitchflow.stage.Phase;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A run in the store's {@code runs/}. A repeated run in one process replaces its entry.
 *
 * @param time when it ended; of a run that did not end, when its files were last written
 * @param run without fields where its file cannot be read
 * @param results of all stages; none where the run did not end
 */
public record RunEntry(String id, Instant time, State state, Run run, List<StageResult> results) {
  private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{6,32}");

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

  /** Whether a run's ID may start so. */
  public static boolean isPrefix(String id) {
    return PREFIX.matcher(id).matches();
  }

  /**
   * The run whose ID is or starts with {@code id}.
   *
   * @throws InputException if {@link #isPrefix} denies it, or not exactly one run has such an ID
   */
  public static RunEntry find(Store store, String id) throws IOException, InputException {
    if (!isPrefix(id)) {
      throw new InputException(
          "'" + id + "' is not a run's ID; give its first 6 to 32 hexadecimal digits");
    }
    List<RunEntry> found = all(store).stream().filter(run -> run.id().startsWith(id)).toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    throw new InputException(
        store.root()
            + (found.isEmpty()
                ? ": has no run whose ID starts with " + id + "; 'stitchflow runs' lists them"
                : ": has "
                    + found.size()
                    + " runs whose IDs start with "
                    + id
                    + "; give more digits of one of "
                    + found.stream().map(RunEntry::id).toList()));
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

  /** The digest of a file of the run's report; null if the run has no report with this file. */
  public @Nullable Digest reportFile(String name) {
    for (Stage stage : run.getPlan().getStageList()) {
      @Nullable StageDefinition definition = StageDefinition.find(stage.getAction());
      if (definition != null && definition.phase() == Phase.WRITE_REPORT) {
        return results.stream()
            .filter(result -> result.getStage().equals(stage.getId()))
            .flatMap(result -> result.getResult().getOutputList().stream())
            .filter(output -> output.getName().equals(name))
            .map(output -> Digest.from(output.getDigest()))
            .findFirst()
            .orElse(null);
      }
    }
    return null;
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
