package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.stage.BlobFormat;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreContents;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All records of a store and how they hang together, read once. Blobs are not read. */
public final class StoreCatalog {
  private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{6,64}");
  private static final int MOST_NAMED = 5;

  private final Store store;
  private final SortedMap<Digest, CatalogEntry> entries = new TreeMap<>();
  private final Map<Digest, List<Made>> makers = new HashMap<>();
  private final Map<Digest, List<Read>> readers = new HashMap<>();
  private final SortedMap<Digest, List<ActionResult>> others = new TreeMap<>();
  private final List<RecordedRun> runs;
  private final Map<Digest, List<Use>> uses = new HashMap<>();

  /**
   * A blob as the output of a record.
   *
   * @param stands false where the action gave another result too, and that one is the record
   */
  public record Made(CatalogEntry entry, Output output, boolean stands) {}

  /** A blob as an input of a record. */
  public record Read(CatalogEntry entry, String role) {}

  /** A record as the result of a stage in a recorded run. */
  public record Use(String experiment, String stage) {}

  private StoreCatalog(Store store, List<RecordedRun> runs) {
    this.store = store;
    this.runs = List.copyOf(runs);
  }

  /** Reads each record, each action and each run once. */
  public static StoreCatalog read(Store store) throws IOException {
    StoreCatalog catalog = new StoreCatalog(store, RecordedRun.all(store));
    ActionCache cache = new ActionCache(store);
    for (Digest key : cache.keys()) {
      ActionResult result = cache.find(key);
      Instant published = cache.published(key);
      if (result != null && published != null) {
        catalog.add(new CatalogEntry(key, cache.actions().find(key), result, published));
      }
    }
    for (Digest key : cache.nondeterministicKeys()) {
      catalog.addOthers(key, cache.otherResults(key));
    }
    catalog.runs.forEach(catalog::addUses);
    return catalog;
  }

  private void add(CatalogEntry entry) {
    entries.put(entry.key(), entry);
    addOutputs(entry, entry.result(), true);
    for (Input input : entry.inputs()) {
      readers
          .computeIfAbsent(Digest.from(input.getDigest()), digest -> new ArrayList<>())
          .add(new Read(entry, input.getRole()));
    }
  }

  private void addOutputs(CatalogEntry entry, ActionResult result, boolean stands) {
    for (Output output : result.getOutputList()) {
      makers
          .computeIfAbsent(Digest.from(output.getDigest()), digest -> new ArrayList<>())
          .add(new Made(entry, output, stands));
    }
  }

  private void addOthers(Digest key, List<ActionResult> results) {
    others.put(key, List.copyOf(results));
    CatalogEntry entry = entries.get(key);
    if (entry != null) {
      results.forEach(result -> addOutputs(entry, result, false));
    }
  }

  private void addUses(RecordedRun run) {
    for (StageResult result : run.results()) {
      if (result.hasResult() && !result.getKey().isEmpty()) {
        uses.computeIfAbsent(Digest.from(result.getKey()), key -> new ArrayList<>())
            .add(new Use(run.experiment(), result.getStage()));
      }
    }
  }

  public Store store() {
    return store;
  }

  List<RecordedRun> runs() {
    return runs;
  }

  /** In the order of keys. */
  public Collection<CatalogEntry> entries() {
    return Collections.unmodifiableCollection(entries.values());
  }

  /** In the order of keys. */
  public List<CatalogEntry> entries(StageDefinition kind) {
    return entries.values().stream().filter(entry -> entry.kind() == kind).toList();
  }

  /** The record under the key, or null. */
  public @Nullable CatalogEntry find(Digest key) {
    return entries.get(key);
  }

  /** The records that made the blob, in the order of keys; those that stand first. */
  public List<Made> makers(Digest blob) {
    return Collections.unmodifiableList(makers.getOrDefault(blob, List.of()));
  }

  /** The records that read the blob, in the order of keys. */
  public List<Read> readers(Digest blob) {
    return Collections.unmodifiableList(readers.getOrDefault(blob, List.of()));
  }

  /** Results that actions gave besides their records, by key; none where all are deterministic. */
  public SortedMap<Digest, List<ActionResult>> nondeterministic() {
    return Collections.unmodifiableSortedMap(others);
  }

  /** Which stages of which recorded runs had this record as their result. */
  public List<Use> uses(Digest key) {
    return uses.getOrDefault(key, List.of()).stream().distinct().toList();
  }

  /** Names of the experiments whose recorded runs used the record. */
  public SortedSet<String> experiments(Digest key) {
    SortedSet<String> names = new TreeSet<>();
    uses.getOrDefault(key, List.of()).forEach(use -> names.add(use.experiment()));
    return names;
  }

  /** What kind of file the output is: by the stage that made it, or else by its first bytes. */
  public BlobFormat format(CatalogEntry entry, Output output) throws IOException {
    StageDefinition stage = entry.kind();
    BlobFormat told = stage == null ? BlobFormat.OTHER : stage.format(output.getName());
    Path blob = store.find(Digest.from(output.getDigest()));
    return told == BlobFormat.OTHER && blob != null ? BlobFormat.sniff(blob) : told;
  }

  /** What kind of file the blob is. */
  public BlobFormat format(Digest digest) throws IOException {
    for (Made made : makers(digest)) {
      return format(made.entry(), made.output());
    }
    Path blob = store.find(digest);
    return blob == null ? BlobFormat.OTHER : BlobFormat.sniff(blob);
  }

  /**
   * The record or the blob whose key or digest starts with {@code name}.
   *
   * @throws IllegalArgumentException if it is not at least 6 hexadecimal digits, or nothing or more
   *     than one thing starts so
   */
  public Item resolve(String name) throws IOException {
    String prefix = name.toLowerCase(Locale.ROOT);
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is not a key or digest; give its first 6 to 64 hexadecimal digits");
    }
    SortedMap<Digest, Item> found = new TreeMap<>();
    makers.keySet().forEach(digest -> found.put(digest, new Item.Blob(digest)));
    readers.keySet().forEach(digest -> found.put(digest, new Item.Blob(digest)));
    found.putAll(entries);
    found.keySet().removeIf(digest -> !digest.hex().startsWith(prefix));
    if (found.isEmpty()) {
      for (Digest digest : StoreContents.of(store).blobs().keySet()) {
        if (digest.hex().startsWith(prefix)) {
          found.put(digest, new Item.Blob(digest));
        }
      }
    }
    if (found.size() == 1) {
      return found.values().iterator().next();
    }
    throw new IllegalArgumentException(
        found.isEmpty()
            ? "no record or blob of "
                + store.root()
                + " starts with '"
                + name
                + "'; list them with 'stitchflow ls'"
            : "'" + name + "' is ambiguous: " + ambiguous(found) + "; give more digits");
  }

  private static String ambiguous(SortedMap<Digest, Item> found) {
    List<String> named = new ArrayList<>();
    found.forEach(
        (digest, item) -> {
          if (named.size() < MOST_NAMED) {
            named.add(
                (item instanceof CatalogEntry ? "key " : "blob ") + digest.hex().substring(0, 16));
          }
        });
    int more = found.size() - named.size();
    return String.join(", ", named) + (more > 0 ? " and " + more + " more" : "") + " start so";
  }
}
