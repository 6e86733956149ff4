package io.stitchflow.cli.command;

import io.stitchflow.cli.progress.RunRecord;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records as programs read them. */
record EntryJson(StoreCatalog catalog) {
  /** Key, kind and words. */
  static Map<String, Object> brief(CatalogEntry entry, RecordDescriptions words) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("key", entry.key().hex());
    json.put("stage", entry.kindName());
    json.put("what", words.of(entry));
    return json;
  }

  /** All that is known of a record. */
  Map<String, Object> full(CatalogEntry entry) throws IOException {
    Map<String, Object> json = brief(entry, new RecordDescriptions(catalog));
    json.put("published", entry.published().toString());
    json.put("seconds", RunRecord.rounded(entry.result().getSeconds()));
    @Nullable Action action = entry.action();
    if (action != null) {
      json.put("fields", Fields.of(action));
    }
    List<Object> inputs = new ArrayList<>();
    for (Input input : entry.inputs()) {
      Digest digest = Digest.from(input.getDigest());
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("role", input.getRole());
      one.put("digest", digest.hex());
      one.put("made_by", makers(digest));
      inputs.add(one);
    }
    json.put("input", inputs);
    json.put("output", outputs(entry, entry.result()));
    List<Object> others = new ArrayList<>();
    for (ActionResult other : catalog.nondeterministic().getOrDefault(entry.key(), List.of())) {
      others.add(outputs(entry, other));
    }
    json.put("other_results", others);
    json.put("used_by", uses(entry));
    return json;
  }

  /** All that is known of a blob. */
  Map<String, Object> blob(Digest digest, long sizeBytes) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("digest", digest.hex());
    json.put("bytes", sizeBytes);
    json.put("present", catalog.store().find(digest) != null);
    json.put("format", catalog.format(digest).name());
    json.put("made_by", makers(digest));
    List<Object> readers = new ArrayList<>();
    for (StoreCatalog.Read read : catalog.readers(digest)) {
      Map<String, Object> one = brief(read.entry(), new RecordDescriptions(catalog));
      one.put("role", read.role());
      readers.add(one);
    }
    json.put("read_by", readers);
    return json;
  }

  private List<Object> makers(Digest digest) {
    List<Object> makers = new ArrayList<>();
    for (StoreCatalog.Made made : catalog.makers(digest)) {
      Map<String, Object> one = brief(made.entry(), new RecordDescriptions(catalog));
      one.put("output", made.output().getName());
      one.put("stands", made.stands());
      makers.add(one);
    }
    return makers;
  }

  private List<Object> outputs(CatalogEntry entry, ActionResult result) throws IOException {
    List<Object> outputs = new ArrayList<>();
    for (Output output : result.getOutputList()) {
      Digest digest = Digest.from(output.getDigest());
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", output.getName());
      one.put("digest", digest.hex());
      one.put("bytes", output.getSizeBytes());
      one.put("format", catalog.format(entry, output).name());
      one.put("present", catalog.store().find(digest, output.getSizeBytes()) != null);
      outputs.add(one);
    }
    return outputs;
  }

  private List<Object> uses(CatalogEntry entry) {
    List<Object> uses = new ArrayList<>();
    for (StoreCatalog.Use use : catalog.uses(entry.key())) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("experiment", use.experiment());
      one.put("stage", use.stage());
      uses.add(one);
    }
    return uses;
  }
}
