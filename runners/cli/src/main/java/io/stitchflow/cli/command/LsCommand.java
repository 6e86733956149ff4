package io.stitchflow.cli.command;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.Quantities;
import io.stitchflow.cli.input.StoreQuery;
import io.stitchflow.cli.progress.RunRecord;
import io.stitchflow.cli.text.Columns;
import io.stitchflow.cli.text.Durations;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.inspect.CatalogEntry;
import io.stitchflow.inspect.RecordDescriptions;
import io.stitchflow.inspect.StoreCatalog;
import io.stitchflow.stage.StageDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stitchflow ls}. */
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Lists the records of the store: key, stage, size, compute time, age, description, and the experiments whose recorded runs used it.",
      "Example: stitchflow ls --stage train_network --larger-than 10M --sort size"
    })
public final class LsCommand extends StoreCommand {
  /** How records are ordered. */
  enum Order {
    AGE,
    SIZE,
    SECONDS;

    Comparator<CatalogEntry> comparator() {
      return switch (this) {
        case AGE -> Comparator.comparing(CatalogEntry::published).reversed();
        case SIZE -> Comparator.comparingLong(CatalogEntry::sizeBytes).reversed();
        case SECONDS ->
            Comparator.comparingDouble((CatalogEntry entry) -> entry.result().getSeconds())
                .reversed();
      };
    }
  }

  @Mixin private StoreQuery query = new StoreQuery();

  @Option(
      names = "--stage",
      paramLabel = "KIND",
      description = "Only records of this stage, such as train_network.")
  private String stage = "";

  @Option(
      names = "--experiment",
      paramLabel = "NAME",
      description = "Only records that a recorded run of this experiment used.")
  private @Nullable String experiment;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      description = "Only records older than this: " + Quantities.DURATION_FORM + ".")
  private @Nullable String olderThan;

  @Option(
      names = "--larger-than",
      paramLabel = "SIZE",
      description =
          "Only records whose outputs exceed this total size: " + Quantities.SIZE_FORM + ".")
  private @Nullable String largerThan;

  @Option(
      names = "--sort",
      paramLabel = "ORDER",
      description = "age (youngest first; default), size or seconds (largest first).")
  private Order order = Order.AGE;

  public LsCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    Instant now = Instant.now();
    checkStage();
    @Nullable Duration age =
        olderThan == null ? null : Quantities.duration("--older-than", olderThan);
    long size = largerThan == null ? -1 : Quantities.bytes("--larger-than", largerThan);
    StoreCatalog catalog = query.catalog(environment, system);
    List<CatalogEntry> entries =
        catalog.entries().stream()
            .filter(entry -> stage.isEmpty() || entry.kindName().equals(stage))
            .filter(entry -> experiment == null || isUsed(catalog, entry))
            .filter(entry -> age == null || entry.published().isBefore(now.minus(age)))
            .filter(entry -> entry.sizeBytes() > size)
            .sorted(order.comparator().thenComparing(CatalogEntry::key))
            .toList();
    if (query.json()) {
      system.out().json(Map.of("record", json(catalog, entries)));
    } else {
      system.out().print(text(catalog, entries, now));
    }
    return ExitCode.DONE;
  }

  private boolean isUsed(StoreCatalog catalog, CatalogEntry entry) {
    return experiment != null && catalog.experiments(entry.key()).contains(experiment);
  }

  private void checkStage() throws InputException {
    List<String> kinds = StageDefinition.all().stream().map(StageDefinition::name).toList();
    if (!stage.isEmpty() && !kinds.contains(stage)) {
      throw new InputException(
          "--stage: unknown stage '" + stage + "'; choose one of " + String.join(", ", kinds));
    }
  }

  private String text(StoreCatalog catalog, List<CatalogEntry> entries, Instant now) {
    RecordDescriptions words = new RecordDescriptions(catalog);
    Columns columns = new Columns("llrrrll");
    for (CatalogEntry entry : entries) {
      double ageSeconds = Duration.between(entry.published(), now).toMillis() / 1000.0;
      columns.add(
          entry.key().brief(),
          entry.kindName(),
          Sizes.words(entry.sizeBytes()),
          Durations.words(entry.result().getSeconds()),
          Durations.age(ageSeconds),
          words.of(entry),
          used(catalog, entry));
    }
    long bytes = entries.stream().mapToLong(CatalogEntry::sizeBytes).sum();
    return columns.text("") + entries.size() + " records, " + Sizes.words(bytes) + "\n";
  }

  private static String used(StoreCatalog catalog, CatalogEntry entry) {
    return catalog.experiments(entry.key()).stream().collect(Collectors.joining(", ", "[", "]"));
  }

  private static List<Object> json(StoreCatalog catalog, List<CatalogEntry> entries) {
    RecordDescriptions words = new RecordDescriptions(catalog);
    List<Object> records = new ArrayList<>();
    for (CatalogEntry entry : entries) {
      Map<String, Object> record = new LinkedHashMap<>(EntryJson.brief(entry, words));
      record.put("bytes", entry.sizeBytes());
      record.put("seconds", RunRecord.rounded(entry.result().getSeconds()));
      record.put("published", entry.published().toString());
      record.put("experiment", catalog.experiments(entry.key()));
      records.add(record);
    }
    return records;
  }
}
