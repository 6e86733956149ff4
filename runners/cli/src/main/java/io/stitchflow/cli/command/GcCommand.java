package io.stitchflow.cli.command;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.Quantities;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.progress.RecentRuns;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.gc.CollectedItem;
import io.stitchflow.gc.CollectionResult;
import io.stitchflow.gc.GarbageCollector;
import io.stitchflow.gc.UndoResult;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stitchflow gc}. */
@Command(
    name = "gc",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Takes from the store what nobody needs. Kept are pins ('stitchflow pin'), results of recent runs, what is being computed, everything younger than an hour, and all that those were computed from.",
      "What goes can be brought back with --undo; until then it takes its space. A gc deletes for good what an earlier one took more than an hour before, --purge all of it at once. Runs may go on meanwhile.",
      "Of a remote store, this is about the first level on this machine; what is behind it stays."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  stitchflow gc --older-than 7d --max-size 50GiB --dry-run",
      "tells what would go to leave the runs of a week, in at most 50 GiB."
    })
public final class GcCommand implements Callable<Integer> {
  private final Terminal system;
  private final Map<String, String> environment;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      description =
          "Records and runs younger than this stay: "
              + Quantities.DURATION_FORM
              + ". Default: 30d.")
  private String olderThan = "30d";

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      description =
          "Goes on until the store is not larger: takes bytes that can be computed again, representations first, then what is cheapest per byte. Their records stay, so that all that was computed from them stays cached. Spares pins and reports. "
              + "SIZE is "
              + Quantities.SIZE_FORM
              + ". Default: any size.")
  private @Nullable String maxSize;

  @Option(names = "--dry-run", description = "Only tells what would go.")
  private boolean dryRun;

  @Option(
      names = "--undo",
      description = "Brings back what the latest gc took; what was computed anew since stays.")
  private boolean undo;

  @Option(
      names = "--purge",
      description =
          "Deletes at once and for good what earlier gcs took; frees the space that a full disk needs. Collects nothing.")
  private boolean purge;

  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public GcCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    Duration age = Quantities.duration("--older-than", olderThan);
    long maxSizeBytes = maxSize == null ? Long.MAX_VALUE : Quantities.bytes("--max-size", maxSize);
    if ((undo || purge) && ((undo && purge) || dryRun || maxSize != null)) {
      throw new InputException(
          (undo ? "--undo" : "--purge") + ": goes alone; drop --dry-run, --max-size and others");
    }
    Store store = storeOption.open(environment);
    GarbageCollector collector = new GarbageCollector(store, InstantSource.system());
    if (purge) {
      List<CollectedItem> purged = collector.purge();
      json.print(system, CollectionTable.text(purged), CollectionTable.json(store.root(), purged));
      return ExitCode.DONE;
    }
    return undo ? undo(collector, store) : collect(collector, store, age, maxSizeBytes);
  }

  private int collect(GarbageCollector collector, Store store, Duration age, long maxSizeBytes)
      throws IOException {
    GarbageCollector.Request request =
        new GarbageCollector.Request(
            age, GarbageCollector.GRACE, maxSizeBytes, () -> RecentRuns.keys(store, age));
    CollectionResult collected = dryRun ? collector.plan(request) : collector.collect(request);
    List<Path> runs = RecentRuns.olderThan(store, age);
    if (!dryRun) {
      for (Path run : runs) {
        RecentRuns.remove(run);
      }
    }
    CollectionTable table = new CollectionTable(store.root(), collected, runs, dryRun);
    json.print(system, table.text(maxSizeBytes), table.json());
    return ExitCode.DONE;
  }

  private int undo(GarbageCollector collector, Store store) throws Exception {
    UndoResult restored = collector.undo();
    if (restored == null) {
      throw new InputException(
          store.root() + ": has no gc to undo; a later gc may have deleted it");
    }
    json.print(
        system, CollectionTable.text(restored), CollectionTable.json(store.root(), restored));
    return ExitCode.DONE;
  }
}
