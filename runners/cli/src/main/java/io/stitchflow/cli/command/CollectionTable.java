package io.stitchflow.cli.command;

import io.stitchflow.cli.progress.RunRecord;
import io.stitchflow.cli.text.Durations;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.gc.CollectedItem;
import io.stitchflow.gc.CollectionResult;
import io.stitchflow.gc.UndoResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A collection as people and programs read it.
 *
 * @param runs directories of old runs, which go too
 * @param dryRun whether it only would
 */
record CollectionTable(Path store, CollectionResult collected, List<Path> runs, boolean dryRun) {
  /** Ends with LF. */
  String text(long maxSizeBytes) {
    StringBuilder text = new StringBuilder();
    addLines(text, dryRun ? "would go" : "gone", collected.going());
    addLines(text, "stays", collected.staying());
    if (!runs.isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT, "%-8s  %d old runs%n", dryRun ? "would go" : "gone", runs.size()));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %s %s, which took %s to compute; %s %s%n",
            store,
            dryRun ? "would free" : "took",
            Sizes.words(collected.bytesGoing()),
            Durations.words(collected.secondsGoing()),
            Sizes.words(collected.bytesStaying()),
            dryRun ? "would stay" : "stay"));
    if (collected.bytesStaying() > maxSizeBytes) {
      text.append(
          "larger than --max-size: what stays is pinned, young, a report, or cannot be computed"
              + " again; unpin something, or lower --older-than\n");
    }
    if (!collected.id().isEmpty()) {
      text.append(
          "on the disk until a gc an hour from now or later, or gc --purge; bring it back with:"
              + " stitchflow gc --undo --store "
              + store
              + "\n");
    }
    return text.toString();
  }

  /** A line a kind and reason. */
  private static void addLines(StringBuilder text, String word, List<CollectedItem> items) {
    Map<String, List<CollectedItem>> groups = new TreeMap<>();
    for (CollectedItem item : items) {
      groups
          .computeIfAbsent(
              item.kind().word()
                  + (item.kind() == CollectedItem.Kind.LEASE ? "" : "s")
                  + ": "
                  + item.reason().word(),
              group -> new ArrayList<>())
          .add(item);
    }
    groups.forEach(
        (group, each) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "%-8s  %6d  %10s  %10s  %s%n",
                    word,
                    each.size(),
                    Sizes.words(bytes(each)),
                    seconds(each),
                    group)));
  }

  private static String seconds(List<CollectedItem> items) {
    double seconds = items.stream().mapToDouble(CollectedItem::seconds).sum();
    return seconds == 0 ? "" : Durations.words(seconds);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("store", store.toString());
    json.put("dry_run", dryRun);
    json.put("id", collected.id());
    json.put("bytes_going", collected.bytesGoing());
    json.put("seconds_going", RunRecord.rounded(collected.secondsGoing()));
    json.put("bytes_staying", collected.bytesStaying());
    json.put("going", items(collected.going()));
    json.put("staying", items(collected.staying()));
    json.put("run", runs.stream().map(run -> run.getFileName().toString()).toList());
    return json;
  }

  private static List<Object> items(List<CollectedItem> items) {
    List<Object> all = new ArrayList<>();
    for (CollectedItem item : items) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("kind", item.kind().word());
      one.put("path", item.path());
      one.put("bytes", item.sizeBytes());
      one.put("seconds", RunRecord.rounded(item.seconds()));
      one.put("reason", item.reason().word());
      all.add(one);
    }
    return all;
  }

  /** Of what was deleted for good. */
  static String text(List<CollectedItem> purged) {
    return String.format(
        Locale.ROOT,
        "%d earlier %s gone for good, %s%n",
        purged.size(),
        purged.size() == 1 ? "gc is" : "gcs are",
        Sizes.words(bytes(purged)));
  }

  static Map<String, Object> json(Path store, List<CollectedItem> purged) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("store", store.toString());
    json.put("bytes", bytes(purged));
    json.put("purged", items(purged));
    return json;
  }

  private static long bytes(List<CollectedItem> items) {
    return items.stream().mapToLong(CollectedItem::sizeBytes).sum();
  }

  static String text(UndoResult restored) {
    return String.format(
        Locale.ROOT,
        "%d files are back, %s%s%s%n",
        restored.paths().size(),
        Sizes.words(restored.sizeBytes()),
        restored.kept().isEmpty()
            ? ""
            : "; " + restored.kept().size() + " had been recomputed, which stay",
        restored.lost().isEmpty()
            ? ""
            : "; " + restored.lost().size() + " were no longer in the trash");
  }

  static Map<String, Object> json(Path store, UndoResult restored) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("store", store.toString());
    json.put("id", restored.id());
    json.put("bytes", restored.sizeBytes());
    json.put("restored", restored.paths());
    json.put("kept", restored.kept());
    json.put("lost", restored.lost());
    return json;
  }
}
