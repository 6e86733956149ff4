package io.stitchflow.run;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.Store;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteStore.Capability;
import io.stitchflow.store.remote.RemoteStore.Content;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.RunEvent;
import io.stitchflow.v1.RunResults;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A run's files in the store: {@code runs/<id>/run}, what runs, {@code runs/<id>/results}, what
 * became of all its stages, and of a run on a cluster {@code runs/<id>/events/}, a file a worker to
 * which it appends what happens, and {@code runs/<id>/claims/}, a file for each group of stages
 * that a worker has begun. Events are how a client and its workers talk; run and results stay as
 * the record of what was run and which results it used. Behind a remote store, those of a run on a
 * cluster are there too; its events, since there is no append, are {@link RemoteEvents}.
 */
public final class RunFiles {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private static final int ID_DIGITS = 32;

  private static final long PERIOD_MILLIS = 200;

  private final Store store;
  private final String id;
  private final Path directory;

  private RunFiles(Store store, String id) {
    this.store = store;
    this.id = id;
    this.directory = store.runs().path().resolve(id);
  }

  /** Makes the files of a new run on a cluster, here only. */
  public static RunFiles create(Store store, String id, Run run) throws IOException {
    RunFiles files = at(store, id);
    files.write(run.toByteArray());
    return files;
  }

  /** Makes the files of a run in one process, in the place of those of the same run before. */
  public static RunFiles keep(Store store, Run run) throws IOException {
    RunFiles files = at(store, id(run));
    Run here = run.toBuilder().clearMaster().clearSlots().build();
    store.runs().write(files.file(), here.toByteArray());
    return files;
  }

  /** The id of a run in one process: the same wherever its report goes, however often it runs. */
  public static String id(Run run) {
    Run same = run.toBuilder().clearOut().clearMaster().clearSlots().build();
    return Digest.of(same.toByteArray()).hex().substring(0, ID_DIGITS);
  }

  /**
   * The ids of all runs of the store, in their order.
   *
   * @throws StoreException if they cannot be listed
   */
  public static List<String> ids(Store store) throws IOException {
    return store.runs().list().stream()
        .map(run -> run.getFileName().toString())
        .filter(name -> ID.matcher(name).matches())
        .toList();
  }

  /**
   * Makes the files of a new run where its workers find them.
   *
   * @throws StoreException as {@link #checkShareable}
   */
  public static RunFiles share(Store store, String id, Run run) throws IOException {
    checkShareable(store);
    RunFiles files = create(store, id, run);
    RemoteStore remote = store.remoteStore();
    if (remote != null) {
      try {
        remote.putIfAbsent(files.remoteName(), Content.of(run.toByteArray()));
      } catch (IOException e) {
        throw unreachable(e);
      }
    }
    return files;
  }

  /**
   * Refuses a store over which a client and its workers cannot talk.
   *
   * @throws StoreException if the remote store cannot list
   */
  public static void checkShareable(Store store) throws StoreException {
    RemoteStore remote = store.remoteStore();
    if (remote != null && !remote.capabilities().contains(Capability.LIST)) {
      throw new StoreException(
          remote.address()
              + ": cannot list its objects, which a run on a cluster needs for the events of its"
              + " workers; choose s3://... or a directory that all share with --store");
    }
  }

  private static StoreException unreachable(IOException e) {
    return e instanceof StoreException known
        ? known
        : new StoreException(
            e.getMessage()
                + "; a run on a cluster needs its remote store, retry when it is reachable",
            e);
  }

  private void write(byte[] run) throws IOException {
    store.runs().make(events());
    store.runs().make(claims());
    store.runs().write(file(), run);
  }

  /**
   * The files of a run, which may not be there.
   *
   * @throws IllegalArgumentException if {@code id} cannot be one
   */
  public static RunFiles at(Store store, String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "a run's id is 32 lower-case hexadecimal digits, but was: '" + id + "'");
    }
    return new RunFiles(store, id);
  }

  /**
   * What runs.
   *
   * @throws NoSuchFileException if the store has no such run
   */
  public Run read() throws IOException {
    RemoteStore remote = store.remoteStore();
    if (remote != null && !exists()) {
      try {
        byte[] bytes = remote.getSmall(remoteName());
        if (bytes != null) {
          check(remote, bytes);
          write(bytes);
        }
      } catch (IOException e) {
        throw unreachable(e);
      }
    }
    return Run.parseFrom(store.runs().read(file()));
  }

  private void check(RemoteStore remote, byte[] run) throws StoreException {
    try {
      var unused = Run.parseFrom(run);
    } catch (InvalidProtocolBufferException e) {
      throw new StoreException(
          remote.address() + "/" + remoteName() + ": is damaged; start the run again", e);
    }
  }

  /**
   * Writes what became of all stages, in the place of what was written before.
   *
   * @param results one of each stage, hits too
   */
  public void writeResults(Collection<StageResult> results) throws IOException {
    store
        .runs()
        .write(results(), RunResults.newBuilder().addAllResult(results).build().toByteArray());
  }

  /**
   * As {@link #writeResults}, and where its workers found the run too.
   *
   * @throws IOException also if it is written here, but not in the remote store
   */
  public void shareResults(Collection<StageResult> results) throws IOException {
    writeResults(results);
    RemoteStore remote = store.remoteStore();
    if (remote != null) {
      remote.replace("runs/" + id + "/results", Content.of(results()));
    }
  }

  /**
   * What became of all stages, as this machine knows it.
   *
   * @throws NoSuchFileException if the run has not ended, or was interrupted
   */
  public List<StageResult> readResults() throws IOException {
    return RunResults.parseFrom(store.runs().read(results())).getResultList();
  }

  /**
   * CRC-32C of what runs and of what became of it, one after the other.
   *
   * @throws NoSuchFileException if one of the files is not there
   */
  public int checksum() throws IOException {
    CRC32C checksum = new CRC32C();
    checksum.update(store.runs().read(file()));
    checksum.update(store.runs().read(results()));
    return (int) checksum.getValue();
  }

  /** Makes the files of a run young, as another one with the same outcome does. */
  public void renew() throws IOException {
    store.runs().renew(file());
    store.runs().renew(results());
  }

  /** Whether the store has such a run, as far as can be seen from here. */
  public boolean exists() {
    return Files.isReadable(file());
  }

  private Path file() {
    return directory.resolve("run");
  }

  private Path results() {
    return directory.resolve("results");
  }

  Path events() {
    return directory.resolve("events");
  }

  private Path claims() {
    return directory.resolve("claims");
  }

  /**
   * Claims a group of stages for the calling worker. A claim saves work and decides nothing about
   * results; it stays when its worker dies.
   *
   * @return whether nobody has claimed it before; false also where the store cannot tell
   */
  public boolean claim(String group) {
    byte[] name = group.getBytes(StandardCharsets.UTF_8);
    String file = Digest.of(name).hex();
    RemoteStore remote = store.remoteStore();
    try {
      return remote == null
          ? store.runs().create(claims().resolve(file))
          : remote.capabilities().contains(Capability.FIRST_WINS)
              && remote.putIfAbsent("runs/" + id + "/claims/" + file, Content.of(name));
    } catch (IOException e) {
      return false; // the group is computed without a claim
    }
  }

  private String remoteName() {
    return "runs/" + id + "/run";
  }

  /** Reads what workers tell, each event once. */
  public Events follow() {
    RemoteStore remote = store.remoteStore();
    return remote == null
        ? new DirectoryEvents(events())
        : new RemoteEvents(remote, id).new Reader();
  }

  /** Where a worker tells. */
  EventSink newSink() {
    RemoteStore remote = store.remoteStore();
    return remote == null
        ? new DirectoryEvents.Sink(events())
        : new RemoteEvents(remote, id).newSink();
  }

  /** How long to wait between two looks. */
  public long periodMillis() {
    return store.remoteStore() == null ? PERIOD_MILLIS : RemoteEvents.PERIOD_MILLIS;
  }

  /** The events since the last call. */
  public interface Events {
    /** Events in the order of each worker; of one that is being written, nothing yet. */
    List<RunEvent> next() throws IOException;
  }

  /** Takes what a worker tells. */
  interface EventSink {
    /** One event, framed. What cannot be written is left out. */
    void append(byte[] frame);

    /** Waits until what was appended is written or left out. */
    void flush();
  }
}
