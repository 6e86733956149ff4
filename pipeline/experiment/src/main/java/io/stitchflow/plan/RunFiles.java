package io.stitchflow.plan;

import io.stitchflow.artifacts.Digest;
import io.stitchflow.artifacts.Store;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.RunEvent;
import io.stitchflow.v1.RunResults;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A run's files in the store: {@code runs/<id>/run}, what runs, {@code runs/<id>/results}, what
 * became of all its stages, and of a run on a cluster {@code runs/<id>/events/}, a file a worker to
 * which it appends what happens. Events are how a client and its workers talk; run and results stay
 * as the record of what was run and which results it used.
 */
public final class RunFiles {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private static final int ID_DIGITS = 32;

  private final Store store;
  private final Path directory;

  private RunFiles(Store store, Path directory) {
    this.store = store;
    this.directory = directory;
  }

  /** Makes the files of a new run on a cluster. */
  public static RunFiles create(Store store, String id, Run run) throws IOException {
    RunFiles files = at(store, id);
    store.makeRun(files.events());
    store.writeRunFile(files.file(), run.toByteArray());
    return files;
  }

  /** Makes the files of a run in one process, in the place of those of the same run before. */
  public static RunFiles keep(Store store, Run run) throws IOException {
    RunFiles files = at(store, id(run));
    Run here = run.toBuilder().clearMaster().clearSlots().build();
    store.writeRunFile(files.file(), here.toByteArray());
    return files;
  }

  /** The id of a run in one process: the same wherever its report goes, however often it runs. */
  public static String id(Run run) {
    Run same = run.toBuilder().clearOut().clearMaster().clearSlots().build();
    return Digest.of(same.toByteArray()).hex().substring(0, ID_DIGITS);
  }

  /** The ids of all runs of the store, in their order. */
  public static List<String> ids(Store store) throws IOException {
    List<String> ids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(store.runs())) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (ID.matcher(name).matches()) {
          ids.add(name);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    Collections.sort(ids);
    return ids;
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
    return new RunFiles(store, store.runs().resolve(id));
  }

  /**
   * What runs.
   *
   * @throws NoSuchFileException if the store has no such run
   */
  public Run read() throws IOException {
    return Run.parseFrom(Files.readAllBytes(file()));
  }

  /**
   * Writes what became of all stages, in the place of what was written before.
   *
   * @param results one of each stage, hits too
   */
  public void writeResults(Collection<StageResult> results) throws IOException {
    store.writeRunFile(
        results(), RunResults.newBuilder().addAllResult(results).build().toByteArray());
  }

  /**
   * What became of all stages.
   *
   * @throws NoSuchFileException if the run has not ended, or was interrupted
   */
  public List<StageResult> readResults() throws IOException {
    return RunResults.parseFrom(Files.readAllBytes(results())).getResultList();
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

  /** Reads what workers tell, each event once. */
  public Events follow() {
    return new Events(events());
  }

  /** What was told since the last look. */
  public static final class Events {
    private final Path directory;
    private final Map<Path, Long> read = new HashMap<>();

    private Events(Path directory) {
      this.directory = directory;
    }

    /** Events in the order of each worker; of one that is being written, nothing yet. */
    public List<RunEvent> next() throws IOException {
      List<RunEvent> events = new ArrayList<>();
      for (Path file : files()) {
        long from = read.getOrDefault(file, 0L);
        if (Files.size(file) > from) {
          read.put(file, from + read(file, from, events));
        }
      }
      return events;
    }

    private List<Path> files() throws IOException {
      List<Path> files = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        entries.forEach(files::add);
      }
      Collections.sort(files);
      return files;
    }

    /** Bytes of the whole events after {@code from}. */
    private static long read(Path file, long from, List<RunEvent> events) throws IOException {
      byte[] bytes;
      try (InputStream in = Files.newInputStream(file)) {
        in.skipNBytes(from);
        bytes = in.readAllBytes();
      }
      int position = 0;
      while (true) {
        EventFrame frame = EventFrame.at(bytes, position);
        if (frame == null) {
          return position;
        }
        events.add(frame.event());
        position = frame.end();
      }
    }
  }
}
