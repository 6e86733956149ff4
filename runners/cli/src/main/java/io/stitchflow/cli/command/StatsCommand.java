package io.stitchflow.cli.command;

import io.stitchflow.cli.input.StoreQuery;
import io.stitchflow.cli.progress.RunRecord;
import io.stitchflow.cli.text.Columns;
import io.stitchflow.cli.text.Durations;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.inspect.Stats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stitchflow stats}. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Shows store statistics: blobs, records per stage, and cache hits of recorded runs.",
      "Time saved: the original compute time of all cache hits. A run that was repeated in one process counts once.",
      "Example: stitchflow stats --store /data/stitchflow"
    })
public final class StatsCommand extends StoreCommand {
  @Mixin private StoreQuery query = new StoreQuery();

  public StatsCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    Stats stats = Stats.of(query.catalog(environment, system));
    if (query.json()) {
      system.out().json(json(stats));
    } else {
      system.out().print(text(stats));
    }
    return ExitCode.DONE;
  }

  private static String text(Stats stats) {
    Columns kinds = new Columns("lrrr");
    kinds.add("stage", "records", "took", "bytes");
    for (Stats.Kind kind : stats.kinds()) {
      kinds.add(
          kind.name(),
          Integer.toString(kind.records()),
          Durations.words(kind.seconds()),
          Sizes.words(kind.bytes()));
    }
    StringBuilder text = new StringBuilder();
    if (stats.nondeterministic() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "WARNING: nondeterministic actions: %d. They gave different results at different times, though nothing in their keys had changed; 'stitchflow show KEY' tells which, directories of nondeterminism/ are named by their keys%n",
              stats.nondeterministic()));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%d blobs, %s; %d of them, %s, of no record%n",
            stats.contents().blobs().size(),
            Sizes.words(stats.contents().bytes()),
            stats.unrecordedBlobs(),
            Sizes.words(stats.unrecordedBytes())));
    text.append(kinds.text("  "));
    text.append(
        String.format(
            Locale.ROOT,
            "recorded runs: %d; stages that they found done: %d; saved: %s (what these stages took when they were computed; a repeated run counts once)%n",
            stats.runs(),
            stats.hits(),
            Durations.words(stats.savedSeconds())));
    text.append(
        String.format(
            Locale.ROOT,
            "quarantine: %d files, %s; nondeterministic actions: %d%n",
            stats.contents().quarantined(),
            Sizes.words(stats.contents().quarantinedBytes()),
            stats.nondeterministic()));
    return text.toString();
  }

  private static Map<String, Object> json(Stats stats) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("blobs", stats.contents().blobs().size());
    json.put("bytes", stats.contents().bytes());
    json.put("unrecorded_blobs", stats.unrecordedBlobs());
    json.put("unrecorded_bytes", stats.unrecordedBytes());
    List<Object> kinds = new ArrayList<>();
    for (Stats.Kind kind : stats.kinds()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("stage", kind.name());
      one.put("records", kind.records());
      one.put("seconds", RunRecord.rounded(kind.seconds()));
      one.put("bytes", kind.bytes());
      kinds.add(one);
    }
    json.put("kind", kinds);
    json.put("runs", stats.runs());
    json.put("hits", stats.hits());
    json.put("seconds_saved", RunRecord.rounded(stats.savedSeconds()));
    json.put("quarantined", stats.contents().quarantined());
    json.put("quarantined_bytes", stats.contents().quarantinedBytes());
    json.put("nondeterministic", stats.nondeterministic());
    return json;
  }
}
