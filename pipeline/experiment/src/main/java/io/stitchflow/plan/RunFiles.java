package io.stitchflow.plan;

import io.stitchflow.artifacts.RemoteStore;
import io.stitchflow.artifacts.RemoteStore.Capability;
import io.stitchflow.artifacts.RemoteStore.Content;
import io.stitchflow.artifacts.RemoteStore.RemoteBytes;
import io.stitchflow.artifacts.Store;
import io.stitchflow.artifacts.StoreException;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A run's files in the store: {@code runs/<id>/run}, what runs, and {@code runs/<id>/events/}, a
 * file a worker to which it appends what happens. They are how a client and its workers talk where
 * they are not one process. In a remote store, which has no append, events are {@link
 * RemoteEvents}.
 */
public final class RunFiles {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private static final long PERIOD_MILLIS = 200;

  private final Store store;
  private final String id;
  private final Path directory;

  private RunFiles(Store store, String id) {
    this.store = store;
    this.id = id;
    this.directory = store.runs().resolve(id);
  }

  /** Makes the files of a new run of this process. */
  public static RunFiles create(Store store, String id, Run run) throws IOException {
    RunFiles files = at(store, id);
    files.write(run.toByteArray());
    return files;
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
              + ": cannot list what it holds, which a run on a cluster needs to hear from its"
              + " workers; choose s3://... or a directory that all share with --store");
    }
  }

  private static StoreException unreachable(IOException e) {
    return e instanceof StoreException known
        ? known
        : new StoreException(
            e.getMessage() + "; a run on a cluster needs its store, try again when it answers", e);
  }

  private void write(byte[] run) throws IOException {
    store.makeRun(events());
    Path temporary = directory.resolve("run." + UUID.randomUUID());
    Files.write(temporary, run);
    Files.move(temporary, file(), StandardCopyOption.ATOMIC_MOVE);
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
      try (RemoteBytes bytes = remote.get(remoteName(), 0)) {
        if (bytes != null) {
          write(bytes.stream().readAllBytes());
        }
      } catch (IOException e) {
        throw unreachable(e);
      }
    }
    return Run.parseFrom(Files.readAllBytes(file()));
  }

  /** Whether the store has such a run, as far as can be seen from here. */
  public boolean exists() {
    return Files.isReadable(file());
  }

  private Path file() {
    return directory.resolve("run");
  }

  Path events() {
    return directory.resolve("events");
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

  /** What was told since the last look. */
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
