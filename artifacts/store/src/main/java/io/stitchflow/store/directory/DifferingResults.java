package io.stitchflow.store.directory;

import io.stitchflow.content.Digest;
import io.stitchflow.content.RecordFrame;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.ActionResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Results other than the records that stand, from stages that are not deterministic. */
public final class DifferingResults {
  private final StoreDirectory directory;

  public DifferingResults(StoreDirectory directory) {
    this.directory = directory;
  }

  /** Keys of actions that gave different results at different times. */
  public List<Digest> keys() throws IOException {
    return Listing.digests(directory, directory.folder(Folder.NONDETERMINISM));
  }

  /** Those of one action, each once; damaged ones left out. */
  public List<ActionResult> of(Digest key) throws IOException {
    List<ActionResult> others = new ArrayList<>();
    for (Path file : Listing.entries(directory, directory.path(Folder.NONDETERMINISM, key))) {
      try {
        ActionResult other = RecordFrame.decode(key, directory.read(file, RecordFrame.MOST_BYTES));
        if (other != null) {
          others.add(other);
        }
      } catch (IOException e) {
        throw directory.explain(file, e);
      }
    }
    return others;
  }

  /** Keeps {@code other} if its outputs are not those of the record that stands. */
  public void note(Digest key, ActionResult standing, ActionResult other) throws IOException {
    if (haveSameOutputs(standing, other)) {
      return;
    }
    Path file = directory.path(Folder.NONDETERMINISM, key).resolve(outputsDigest(other).hex());
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, other));
    try {
      directory.linkIfAbsent(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  public static Digest outputsDigest(ActionResult result) {
    return Digest.of(result.toBuilder().clearSeconds().build().toByteArray());
  }

  /** Equal but for the time that computing took. */
  public static boolean haveSameOutputs(ActionResult a, ActionResult b) {
    return a.getOutputList().equals(b.getOutputList());
  }
}
