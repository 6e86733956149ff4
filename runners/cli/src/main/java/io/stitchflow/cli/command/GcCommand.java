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
import io.stitchflow.stage.StageRegistry;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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
      "Deletes unreferenced results. Keeps pinned results ('stitchflow pin'), results of recent runs, results being computed, results younger than an hour, and the inputs of all of these.",
      "Deleted files go to a trash directory and can be restored with --undo. A later gc empties trash that is older than an hour; --purge empties it at once. Safe while experiments run.",
      "For a remote store, only the local cache is collected."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  stitchflow gc --older-than 7d --max-size 50GiB --dry-run",
      "shows what would be deleted to keep the runs of one week, in at most 50 GiB."
    })
public final class GcCommand extends StoreCommand {
  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      description =
          "Keeps records and runs younger than this: "
              + Quantities.DURATION_FORM
              + ". Default: 30d.")
  private String olderThan = "30d";

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      description =
          "Also evicts blobs that can be recomputed until the store has at most this size: representations first, then the cheapest to recompute per byte. Records are kept, so stages that depend on them stay cached. Pinned results and reports are not evicted. "
              + "SIZE is "
              + Quantities.SIZE_FORM
              + ". Default: no limit.")
  private @Nullable String maxSize;

  @Option(names = "--dry-run", description = "Shows what would be deleted; deletes nothing.")
  private boolean dryRun;

  @Option(
      names = "--undo",
      description =
          "Restores what the latest gc deleted, except results that were computed again since.")
  private boolean undo;

  @Option(
      names = "--purge",
      description =
          "Deletes the trash of earlier gcs permanently, to free disk space. Collects nothing.")
  private boolean purge;

  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public GcCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    Duration age = Quantities.duration("--older-than", olderThan);
    long maxSizeBytes = maxSize == null ? Long.MAX_VALUE : Quantities.bytes("--max-size", maxSize);
    if ((undo || purge) && ((undo && purge) || dryRun || maxSize != null)) {
      throw new InputException(
          (undo ? "--undo" : "--purge")
              + " cannot be combined with "
              + (undo && purge ? "--purge, " : "")
              + "--dry-run or --max-size");
    }
    Store store = storeOption.open(environment);
    GarbageCollector collector =
        new GarbageCollector(store, InstantSource.system(), StageRegistry::eviction);
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
        RecentRuns.remove(store, run);
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
