package io.stitchflow.memo;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileFailure;
import io.stitchflow.content.FileState;
import io.stitchflow.content.FolderDigest;
import io.stitchflow.content.SourceFileChangedException;
import io.stitchflow.content.StageName;
import io.stitchflow.store.OpenedBlob;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A miss while it is computed: temporary files for its outputs. Executors may use it from any
 * thread.
 */
final class MemoRun implements StageRun {
  private static final Pattern INDEXED = Pattern.compile("(.+)\\[([0-9]{1,9})\\]");

  private final Memo.Request request;
  private final Store store;
  private final Memo.BlobSource blobs;
  private final Supplier<KeyCheckpoint> checkpoints;
  private final Runnable learned;
  private final SortedMap<String, Path> outputs = new TreeMap<>();
  private final Map<Digest, OpenedBlob> opened = new ConcurrentHashMap<>();
  private final Map<Path, FileState> readSources = new TreeMap<>();
  private final Map<Path, Map<String, FileState>> readFolders = new TreeMap<>();
  private @Nullable String failure;
  private boolean outside;
  private @Nullable KeyCheckpoint checkpoint;
  private @Nullable IOException notStored;
  private volatile @Nullable Double loss;

  /**
   * @param checkpoints makes the stage's, if it asks for one
   * @param learned told when there is another {@link #loss()}
   */
  MemoRun(
      Memo.Request request,
      Store store,
      Memo.BlobSource blobs,
      Supplier<KeyCheckpoint> checkpoints,
      Runnable learned) {
    this.request = request;
    this.store = store;
    this.blobs = blobs;
    this.checkpoints = checkpoints;
    this.learned = learned;
  }

  Memo.Request request() {
    return request;
  }

  @Override
  public Action action() {
    return request.action();
  }

  @Override
  public Path input(String role) throws IOException {
    int index = index(role);
    Digest digest = Digest.from(action().getInput(index).getDigest());
    if (index < request.sourceFiles().size()) {
      return source(request.sourceFiles().get(index), digest);
    }
    Path blob = blobs.open(digest);
    opened.put(digest, OpenedBlob.of(blob));
    return blob;
  }

  /**
   * The first of the blobs that this run has opened which is gone or damaged by now, moved to
   * quarantine, or null if all are whole.
   */
  @Nullable Digest lostInput() throws IOException {
    for (Map.Entry<Digest, OpenedBlob> blob : opened.entrySet()) {
      Path file = blob.getValue().file();
      try {
        if (!blob.getValue().isStill(blob.getKey())) {
          store.reportLost(blob.getKey());
          return blob.getKey();
        }
      } catch (IOException e) {
        throw store.directory().explain(file, e);
      }
    }
    return null;
  }

  @Override
  public synchronized Path output(String name) throws IOException {
    if (name.isBlank()) {
      throw new IllegalArgumentException("an output needs a name");
    }
    Path file = outputs.get(name);
    if (file == null) {
      file = newFile();
      outputs.put(name, file);
    }
    return file;
  }

  private Path newFile() throws IOException {
    if (!outside) {
      try {
        return store.newTemporary();
      } catch (IOException e) {
        doWithout(e);
      }
    }
    return store.unstored().newFile();
  }

  /** The store cannot take what this run gives, which is kept for this process then. */
  private void doWithout(IOException e) throws IOException {
    if (request.mustStore() || FileFailure.isInterrupt(e)) {
      throw e;
    }
    if (notStored == null) {
      notStored = e;
    }
  }

  /** Begins again, with outputs outside the store, where writing them in it has failed. */
  synchronized void startAgainOutside() throws IOException {
    discard();
    outputs.clear();
    failure = null;
    outside = true;
  }

  /** Why the store does not have all outputs, or null if it does. */
  synchronized @Nullable IOException notStored() {
    return notStored;
  }

  @Override
  public synchronized Checkpoint checkpoint() {
    if (checkpoint == null) {
      checkpoint = checkpoints.get();
    }
    return checkpoint;
  }

  /** The stage has ended: nobody has to go on from where it was. */
  synchronized void deleteCheckpoint() throws IOException {
    if (checkpoint != null) {
      checkpoint.delete();
    }
  }

  @Override
  public void loss(double value) {
    loss = value;
    learned.run();
  }

  /** The last that the executor told, or null if it told none. */
  @Nullable Double loss() {
    return loss;
  }

  @Override
  public synchronized void fail(String why) {
    failure = why;
  }

  /** Why the executor let this stage fail, or null if it did not. */
  synchronized @Nullable String failure() {
    return failure;
  }

  /** Puts the outputs and says what they are, by name. */
  synchronized ActionResult result(double seconds) throws IOException {
    for (Map.Entry<Path, FileState> source : readSources.entrySet()) {
      if (!FileState.ofSource(source.getKey()).equals(source.getValue())) {
        throw new SourceFileChangedException(source.getKey());
      }
    }
    for (Map.Entry<Path, Map<String, FileState>> folder : readFolders.entrySet()) {
      if (!FolderDigest.states(folder.getKey()).equals(folder.getValue())) {
        throw new SourceFileChangedException(folder.getKey());
      }
    }
    if (outputs.isEmpty()) {
      throw new IllegalStateException(stage() + ": its executor has written no output");
    }
    ActionResult.Builder result = ActionResult.newBuilder().setSeconds(seconds);
    for (Map.Entry<String, Path> output : outputs.entrySet()) {
      Path file = output.getValue();
      if (!Store.isFile(file)) {
        throw new IllegalStateException(
            stage() + ": its executor asked for output '" + output.getKey() + "' and wrote none");
      }
      long sizeBytes = Files.size(file);
      result.addOutput(
          Output.newBuilder()
              .setName(output.getKey())
              .setDigest(put(file).bytes())
              .setSizeBytes(sizeBytes));
    }
    outputs.clear(); // they are where they belong
    return result.build();
  }

  private Digest put(Path file) throws IOException {
    try {
      if (store.unstored().owns(file)) {
        Digest digest = store.putCopy(file);
        Files.delete(file);
        return digest;
      }
      return store.put(file);
    } catch (IOException e) {
      doWithout(e);
      return store.unstored().keep(file);
    }
  }

  /** Removes what has not been put. */
  synchronized void discard() throws IOException {
    for (Path file : outputs.values()) {
      Files.deleteIfExists(file);
    }
  }

  /**
   * A role that stands once is its name; of a role that stands more often, {@code role[i]} is the
   * i-th.
   */
  private int index(String role) {
    List<Integer> named = indices(role);
    if (named.size() == 1) {
      return named.get(0);
    }
    Matcher matcher = INDEXED.matcher(role);
    if (named.isEmpty() && matcher.matches()) {
      List<Integer> same = indices(matcher.group(1));
      int i = Integer.parseInt(matcher.group(2));
      if (i < same.size()) {
        return same.get(i);
      }
    }
    throw new IllegalArgumentException(
        stage()
            + (named.isEmpty()
                ? ": has no input '" + role + "'; its inputs are "
                : ": has several inputs '" + role + "', ask for '" + role + "[0]' ...; of ")
            + action().getInputList().stream().map(Input::getRole).toList());
  }

  private List<Integer> indices(String role) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < action().getInputCount(); i++) {
      if (action().getInput(i).getRole().equals(role)) {
        indices.add(i);
      }
    }
    return indices;
  }

  private synchronized Path source(Path file, Digest planned) throws IOException {
    if (Files.isDirectory(file)) {
      return folder(file, planned);
    }
    FileState state = FileState.ofSource(file);
    if (!Digest.of(file).equals(planned)) {
      throw new SourceFileChangedException(file);
    }
    FileState earlier = readSources.putIfAbsent(file, state);
    if (earlier != null && !earlier.equals(state)) {
      throw new SourceFileChangedException(file);
    }
    return file;
  }

  /** A folder of many files is read once, however often it is asked for. */
  private Path folder(Path folder, Digest planned) throws IOException {
    if (!readFolders.containsKey(folder)) {
      SortedMap<String, FileState> states = FolderDigest.states(folder);
      if (!FolderDigest.of(folder, states).equals(planned)) {
        throw new SourceFileChangedException(folder);
      }
      readFolders.put(folder, states);
    }
    return folder;
  }

  private String stage() {
    return StageName.of(action());
  }
}
