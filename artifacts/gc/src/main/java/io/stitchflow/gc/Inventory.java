package io.stitchflow.gc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.content.RecordFrame;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StoreListing;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a store holds, and what was computed from what. A file that cannot be read for another
 * reason than being gone or damaged is an error: nothing may be collected on a guess.
 */
final class Inventory {
  private final StoreDirectory directory;
  private final SortedMap<Digest, Stored> records = new TreeMap<>();
  private final Map<Digest, List<Digest>> producers = new HashMap<>();
  private final Map<Digest, Action> actions = new HashMap<>();
  private SortedMap<Digest, FileState> blobFiles = new TreeMap<>();
  private SortedMap<Digest, FileState> actionFiles = new TreeMap<>();

  private Inventory(StoreDirectory directory) {
    this.directory = directory;
  }

  /** A record and its file. */
  record Stored(Digest key, ActionResult result, FileState file) {
    /** Digests of its outputs. */
    List<Digest> outputs() {
      return result.getOutputList().stream()
          .map(Output::getDigest)
          .map(Digest::from)
          .distinct()
          .toList();
    }
  }

  /**
   * @param taken records that are no longer there but count as if they were
   */
  static Inventory read(StoreDirectory directory, Iterable<Stored> taken) throws IOException {
    Inventory inventory = new Inventory(directory);
    taken.forEach(inventory::add);
    for (Map.Entry<Digest, FileState> file :
        StoreListing.of(directory, Folder.AC).files().entrySet()) {
      byte[] frame = inventory.bytes(Folder.AC, file.getKey(), RecordFrame.MOST_BYTES);
      ActionResult result = RecordFrame.decode(file.getKey(), frame);
      if (result != null) {
        inventory.add(new Stored(file.getKey(), result, file.getValue()));
      }
    }
    inventory.actionFiles = StoreListing.of(directory, Folder.ACTION).files();
    inventory.blobFiles = StoreListing.of(directory, Folder.CAS).files();
    return inventory;
  }

  private void add(Stored record) {
    Stored before = records.put(record.key(), record);
    if (before == null || !before.outputs().equals(record.outputs())) {
      for (Digest output : record.outputs()) {
        producers.computeIfAbsent(output, digest -> new ArrayList<>()).add(record.key());
      }
    }
  }

  SortedMap<Digest, Stored> records() {
    return records;
  }

  /** A record that is there. */
  Stored record(Digest key) {
    Stored record = records.get(key);
    if (record == null) {
      throw new IllegalArgumentException("no such record: " + key);
    }
    return record;
  }

  SortedMap<Digest, FileState> blobFiles() {
    return blobFiles;
  }

  /** The file of a blob that is there. */
  FileState blobFile(Digest blob) {
    FileState file = blobFiles.get(blob);
    if (file == null) {
      throw new IllegalArgumentException("no such blob: " + blob);
    }
    return file;
  }

  SortedMap<Digest, FileState> actionFiles() {
    return actionFiles;
  }

  /** Keys of the records that have the blob among their outputs. */
  List<Digest> producers(Digest blob) {
    return producers.getOrDefault(blob, List.of());
  }

  /** What was hashed to the key, or null if that is gone or damaged. */
  @Nullable Action action(Digest key) throws IOException {
    Action known = actions.get(key);
    if (known != null) {
      return known;
    }
    byte[] bytes = bytes(Folder.ACTION, key, ActionKeys.MOST_BYTES);
    if (bytes == null || !Digest.of(bytes).equals(key)) {
      return null;
    }
    try {
      Action action = Action.parseFrom(bytes);
      actions.put(key, action);
      return action;
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /** Digests of what the action reads; none if the action is gone. */
  List<Digest> inputs(Digest key) throws IOException {
    Action action = action(key);
    return action == null
        ? List.of()
        : action.getInputList().stream()
            .map(Input::getDigest)
            .map(Digest::from)
            .distinct()
            .toList();
  }

  /** Null if the file is gone or damaged. */
  private byte @Nullable [] bytes(Folder folder, Digest name, int maxBytes) throws IOException {
    Path file = directory.path(folder, name);
    try {
      return directory.read(file, maxBytes);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
  }
}
