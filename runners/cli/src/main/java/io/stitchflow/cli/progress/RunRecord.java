package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.Digest;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run as programs read it.
 *
 * @param report the report's page, or null where there is none
 * @param seconds from start to end
 */
public record RunRecord(
    String experiment, Path out, @Nullable Path report, StageResults results, double seconds) {
  /** What {@code --json} ends with. */
  Map<String, Object> summary() {
    Map<String, Object> stages = new LinkedHashMap<>();
    stages.put("total", results.total());
    stages.put("hit", results.count(Outcome.HIT));
    stages.put("ran", results.count(Outcome.RAN));
    stages.put("failed", results.count(Outcome.FAILED));
    stages.put("skipped", results.count(Outcome.SKIPPED));
    stages.put("not_stored", results.notStored().size());
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("experiment", experiment);
    summary.put("out", out.toString());
    put(summary, "report", report == null ? null : report.toString());
    summary.put("stages", stages);
    summary.put("seconds", rounded(seconds));
    return summary;
  }

  // Where JSON wants null the map must hold it, though the map's type says that it holds none
  @SuppressWarnings("NullAway")
  private static void put(Map<String, Object> map, String key, @Nullable Object value) {
    map.put(key, value);
  }

  /**
   * What {@code run.json} holds.
   *
   * @param circumstances file, options, store, start and lanes
   */
  Map<String, Object> full(Map<String, Object> circumstances) {
    Map<String, Object> full = new LinkedHashMap<>(summary());
    full.put("seconds_saved", rounded(results.seconds(Outcome.HIT)));
    full.put("seconds_computed", rounded(results.seconds(Outcome.RAN)));
    full.putAll(circumstances);
    full.put("versions", Versions.all());
    List<Object> each = new ArrayList<>();
    for (Stage stage : results.plan().getStageList()) {
      StageResult result = results.byStage().get(stage.getId());
      if (result != null) {
        each.add(described(stage, result));
      }
    }
    full.put("stage", each);
    return full;
  }

  /** A stage in {@code run.json} and in events. */
  static Map<String, Object> described(Stage stage, StageResult result) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("id", stage.getId());
    described.put("kind", StageDefinition.of(stage).name());
    described.put("outcome", result.getOutcome().name().toLowerCase(Locale.ROOT));
    if (!result.getKey().isEmpty()) {
      described.put("key", Digest.from(result.getKey()).hex());
    }
    if (result.hasResult()) {
      described.put("seconds", rounded(result.getResult().getSeconds()));
      List<Object> outputs = new ArrayList<>();
      for (Output output : result.getResult().getOutputList()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", output.getName());
        one.put("digest", Digest.from(output.getDigest()).hex());
        one.put("bytes", output.getSizeBytes());
        outputs.add(one);
      }
      described.put("output", outputs);
    }
    if (!result.getMessage().isEmpty()) {
      described.put("message", result.getMessage());
    }
    return described;
  }

  public static double rounded(double seconds) {
    return Math.round(seconds * 1000) / 1000.0;
  }
}
