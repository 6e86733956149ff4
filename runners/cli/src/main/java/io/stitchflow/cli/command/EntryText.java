package io.stitchflow.cli.command;

import io.stitchflow.cli.text.Columns;
import io.stitchflow.cli.text.Durations;
import io.stitchflow.cli.text.Escapes;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.content.Digest;
import io.stitchflow.inspect.CatalogEntry;
import io.stitchflow.inspect.Fields;
import io.stitchflow.inspect.RecordDescriptions;
import io.stitchflow.inspect.StoreCatalog;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A record or a blob as people read it. */
record EntryText(StoreCatalog catalog, RecordDescriptions words) {
  /** A report has a line a cell and input; a person wants to see the first ones. */
  private static final int MOST_LINES = 40;

  static EntryText of(StoreCatalog catalog) {
    return new EntryText(catalog, new RecordDescriptions(catalog));
  }

  String entry(CatalogEntry entry) throws IOException {
    StringBuilder text = new StringBuilder();
    line(text, "key " + entry.key().hex());
    line(text, words.full(entry));
    Instant published = entry.published().truncatedTo(ChronoUnit.SECONDS);
    String took = Durations.words(entry.result().getSeconds());
    line(text, "stage " + entry.kindName() + ", took " + took + ", published " + published);
    @Nullable Action action = entry.action();
    if (action == null) {
      line(text, "its action is lost, so what it was made from is not known");
    } else {
      fields(text, action);
    }
    inputs(text, entry);
    line(text, "outputs");
    outputs(text, entry, entry.result());
    List<ActionResult> others = catalog.nondeterministic().getOrDefault(entry.key(), List.of());
    for (ActionResult other : others) {
      line(text, "NOT DETERMINISTIC: the same action also gave");
      outputs(text, entry, other);
    }
    uses(text, entry);
    return text.toString();
  }

  String blob(Digest digest, long sizeBytes) throws IOException {
    StringBuilder text = new StringBuilder();
    boolean present = catalog.store().find(digest) != null;
    line(text, "blob " + digest.hex());
    line(
        text,
        catalog.format(digest).title()
            + ", "
            + (sizeBytes < 0 ? "size unknown" : Sizes.words(sizeBytes))
            + ", "
            + (present ? "present" : "not in the store"));
    line(text, catalog.makers(digest).isEmpty() ? "made by no record of this store" : "made by");
    for (StoreCatalog.Made made : catalog.makers(digest)) {
      String other = made.stands() ? "" : " (another result stands as its record)";
      line(text, "  " + named(made.entry()) + ": output " + made.output().getName() + other);
    }
    line(text, catalog.readers(digest).isEmpty() ? "read by no record" : "read by");
    Columns readers = new Columns("l");
    for (StoreCatalog.Read read : catalog.readers(digest)) {
      readers.add(named(read.entry()) + ": input " + read.role());
    }
    text.append(readers.text("  "));
    return text.toString();
  }

  /** The key's first digits, and what it is. */
  String named(CatalogEntry entry) {
    return entry.key().brief() + " " + words.full(entry);
  }

  private static void fields(StringBuilder text, Action action) {
    Columns columns = new Columns("ll");
    int left = 0;
    int shown = 0;
    for (Map.Entry<String, String> field : Fields.of(action).entrySet()) {
      boolean isInput = Fields.isInput(field.getKey());
      if (!isInput && shown < MOST_LINES) {
        columns.add(field.getKey(), field.getValue());
        shown++;
      } else {
        left += isInput ? 0 : 1;
      }
    }
    line(text, "action");
    text.append(columns.text("  "));
    more(text, left);
  }

  private void inputs(StringBuilder text, CatalogEntry entry) {
    if (entry.inputs().isEmpty()) {
      return;
    }
    line(text, "inputs");
    Columns columns = new Columns("lll");
    List<Input> inputs = entry.inputs();
    for (Input input : inputs.subList(0, Math.min(MOST_LINES, inputs.size()))) {
      Digest digest = Digest.from(input.getDigest());
      List<StoreCatalog.Made> makers = catalog.makers(digest);
      columns.add(
          input.getRole(),
          digest.brief(),
          makers.isEmpty()
              ? "from outside, or its record is gone"
              : makers.get(0).output().getName() + " of " + named(makers.get(0).entry()));
    }
    text.append(columns.text("  "));
    more(text, inputs.size() - MOST_LINES);
  }

  private void outputs(StringBuilder text, CatalogEntry entry, ActionResult result)
      throws IOException {
    Columns columns = new Columns("llrll");
    for (Output output : result.getOutputList()) {
      Digest digest = Digest.from(output.getDigest());
      boolean present = catalog.store().find(digest, output.getSizeBytes()) != null;
      columns.add(
          output.getName(),
          digest.hex(),
          Sizes.words(output.getSizeBytes()),
          catalog.format(entry, output).title(),
          present ? "present" : "MISSING");
    }
    text.append(columns.text("  "));
  }

  private void uses(StringBuilder text, CatalogEntry entry) {
    List<StoreCatalog.Use> uses = catalog.uses(entry.key());
    line(text, uses.isEmpty() ? "used by no recorded run" : "used by");
    Columns columns = new Columns("ll");
    for (StoreCatalog.Use use : uses.subList(0, Math.min(MOST_LINES, uses.size()))) {
      columns.add(use.experiment(), use.stage());
    }
    text.append(columns.text("  "));
    more(text, uses.size() - MOST_LINES);
  }

  private static void more(StringBuilder text, int left) {
    if (left > 0) {
      line(text, "  and " + left + " more; --json tells all");
    }
  }

  private static void line(StringBuilder text, String line) {
    text.append(Escapes.of(line)).append('\n');
  }
}
