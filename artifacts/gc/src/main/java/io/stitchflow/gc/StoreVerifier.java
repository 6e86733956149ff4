package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.content.RecordFrame;
import io.stitchflow.gc.StoreProblem.Kind;
import io.stitchflow.store.ActionFiles;
import io.stitchflow.store.Store;
import io.stitchflow.store.VerifiedBlobs;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StoreListing;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Reads a store and says what of it is damaged: blobs and actions that do not hash to their names,
 * records with broken frames or without what they promise, files that are none of ours. Believes
 * nothing that was hashed before. Repair moves the damaged to {@code quarantine/}, so that it is a
 * miss and is computed again.
 *
 * <p>Safe beside running readers, writers and collections: what comes or goes meanwhile is no
 * problem.
 */
public final class StoreVerifier {
  private final StoreDirectory directory;
  private final ActionFiles actionFiles;
  private final double share;
  private final Random random;

  /**
   * Of this store.
   *
   * @param share of the files that are read, in (0, 1]
   * @param seed which files those are
   */
  public StoreVerifier(Store store, double share, long seed) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be in (0, 1], but was: " + share);
    }
    this.directory = store.directory();
    this.actionFiles = new ActionFiles(store);
    this.share = share;
    this.random = new Random(seed);
  }

  /** Changes nothing. */
  public Verification verify() throws IOException {
    return new Walk(false).all();
  }

  /** Moves what is damaged to {@code quarantine/}. */
  public Verification repair() throws IOException {
    return new Walk(true).all();
  }

  private final class Walk {
    private final boolean repairing;
    private final List<StoreProblem> problems = new ArrayList<>();
    private long blobs;
    private long blobBytes;
    private long records;
    private long actions;

    Walk(boolean repairing) {
      this.repairing = repairing;
    }

    /** Records last: what they need is in quarantine by then, if it is damaged. */
    Verification all() throws IOException {
      for (Digest blob : sample(Folder.CAS)) {
        checkBlob(blob);
      }
      for (Digest key : sample(Folder.ACTION)) {
        checkAction(key);
      }
      for (Digest key : sample(Folder.AC)) {
        checkRecord(key);
      }
      return new Verification(blobs, blobBytes, records, actions, problems, repairing);
    }

    private List<Digest> sample(Folder folder) throws IOException {
      StoreListing listing = StoreListing.of(directory, folder);
      for (Path stray : listing.strays()) {
        report(Kind.STRAY, stray, "does not belong in a store", FileState.of(stray));
      }
      return listing.files().keySet().stream().filter(name -> random.nextDouble() < share).toList();
    }

    private void checkBlob(Digest blob) throws IOException {
      Path file = directory.path(Folder.CAS, blob);
      try {
        FileState state = FileState.of(file);
        blobs++;
        blobBytes += state.sizeBytes();
        String found = VerifiedBlobs.content(file);
        if (!found.equals(blob.hex())) {
          report(Kind.DAMAGED_BLOB, file, "should hash to its name, but: " + found, state);
        }
      } catch (NoSuchFileException e) {
        return; // collected meanwhile
      } catch (IOException e) {
        throw directory.explain(file, e);
      }
    }

    private void checkAction(Digest key) throws IOException {
      Path file = directory.path(Folder.ACTION, key);
      try {
        FileState state = FileState.of(file);
        actions++;
        if (actionFiles.read(key) == null) {
          report(Kind.DAMAGED_ACTION, file, "should hash to its name and be an action", state);
        }
      } catch (NoSuchFileException e) {
        return;
      } catch (IOException e) {
        throw directory.explain(file, e);
      }
    }

    private void checkRecord(Digest key) throws IOException {
      Path file = directory.path(Folder.AC, key);
      try {
        FileState state = FileState.of(file);
        ActionResult result = RecordFrame.decode(key, directory.read(file, RecordFrame.MOST_BYTES));
        records++;
        if (result == null) {
          report(Kind.DAMAGED_RECORD, file, "is torn, or another key's record", state);
          return;
        }
        List<String> missing = missing(result);
        boolean explained = actionFiles.read(key) != null;
        if (!missing.isEmpty() && !explained) {
          report(
              Kind.UNUSABLE_RECORD,
              file,
              "lacks " + String.join(", ", missing) + " and the action that made them",
              state);
        } else if (!missing.isEmpty()) {
          note(Kind.TO_BE_RECOMPUTED, file, "lacks " + String.join(", ", missing));
        } else if (!explained) {
          note(Kind.UNEXPLAINED, file, "lacks its action");
        }
      } catch (NoSuchFileException e) {
        return;
      } catch (IOException e) {
        throw directory.explain(file, e);
      }
    }

    private List<String> missing(ActionResult result) {
      List<String> missing = new ArrayList<>();
      for (Output output : result.getOutputList()) {
        Path blob = directory.path(Folder.CAS, Digest.from(output.getDigest()));
        try {
          if (FileState.of(blob).sizeBytes() == output.getSizeBytes()) {
            continue;
          }
          missing.add("'" + output.getName() + "' with " + output.getSizeBytes() + " bytes");
        } catch (IOException e) {
          missing.add("'" + output.getName() + "'");
        }
      }
      return missing;
    }

    private void report(Kind kind, Path file, String what, FileState state) throws IOException {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      if (repairing) {
        directory.quarantine(file, state);
      }
      note(
          kind,
          file,
          what + (repairing ? "; moved to quarantine/" : "; 'verify --repair' moves it away"));
    }

    private void note(Kind kind, Path file, String what) {
      problems.add(new StoreProblem(kind, directory.root().relativize(file).toString(), what));
    }
  }
}
