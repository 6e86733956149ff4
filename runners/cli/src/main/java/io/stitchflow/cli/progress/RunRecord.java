package io.stitchflow.cli.progress;

import com.google.protobuf.ByteString;
import io.stitchflow.cli.text.Json;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.Digest;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.nio.charset.StandardCharsets;
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
    String experiment, Path out, @Nullable Path report, RunTotals totals, double seconds) {
  /** The last field of {@code run.json}. */
  private static final String STAGE = "stage";

  private static final String BEFORE_STAGES = ",\n  \"" + STAGE + "\": [";
  private static final String END = "\n}\n";

  /** What {@code --json} ends with. */
  Map<String, Object> summary() {
    Map<String, Object> stages = new LinkedHashMap<>();
    stages.put("total", totals.total());
    stages.put("hit", totals.hit());
    stages.put("ran", totals.ran());
    stages.put("failed", totals.failed());
    stages.put("skipped", totals.skipped());
    stages.put("not_stored", totals.notStored());
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
   * The text of {@code run.json}.
   *
   * @param circumstances file, options, store, start and lanes
   */
  String text(Map<String, Object> circumstances, StageResults results) {
    Map<String, Object> full = head(circumstances);
    List<Object> each = new ArrayList<>();
    for (Stage stage : results.plan().getStageList()) {
      StageResult result = results.byStage().get(stage.getId());
      if (result != null) {
        each.add(described(stage, result));
      }
    }
    full.put(STAGE, each);
    return Json.pretty(full);
  }

  /**
   * The same where the end that describes the stages is known; see {@link #describedBytes}.
   *
   * @param described in UTF-8
   */
  ByteString text(Map<String, Object> circumstances, ByteString described) {
    String head = Json.pretty(head(circumstances));
    String start = head.substring(0, head.length() - END.length());
    return ByteString.copyFromUtf8(start).concat(described);
  }

  /**
   * The length of the end of a {@code run.json} that describes the stages, in bytes.
   *
   * @throws IllegalArgumentException if it describes none
   */
  public static int describedBytes(String text) {
    int start = text.indexOf(BEFORE_STAGES);
    if (start < 0) {
      throw new IllegalArgumentException("run.json describes no stages");
    }
    return text.substring(start).getBytes(StandardCharsets.UTF_8).length;
  }

  private Map<String, Object> head(Map<String, Object> circumstances) {
    Map<String, Object> head = new LinkedHashMap<>(summary());
    head.put("seconds_saved", rounded(totals.secondsSaved()));
    head.put("seconds_computed", rounded(totals.secondsComputed()));
    head.putAll(circumstances);
    head.put("versions", Versions.all());
    return head;
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
