package io.stitchflow.plan;

import io.stitchflow.artifacts.Store;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.RunEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A run's files in the store: {@code runs/<id>/run}, what runs, and {@code runs/<id>/events/}, a
 * file a worker to which it appends what happens. They are how a client and its workers talk where
 * they are not one process.
 */
public final class RunFiles {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private final Path directory;

  private RunFiles(Path directory) {
    this.directory = directory;
  }

  /** Makes the files of a new run. */
  public static RunFiles create(Store store, String id, Run run) throws IOException {
    RunFiles files = at(store, id);
    store.makeRun(files.events());
    Path temporary = files.directory.resolve("run.tmp");
    Files.write(temporary, run.toByteArray());
    Files.move(temporary, files.file(), StandardCopyOption.ATOMIC_MOVE);
    return files;
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
    return new RunFiles(store.runs().resolve(id));
  }

  /**
   * What runs.
   *
   * @throws NoSuchFileException if the store has no such run
   */
  public Run read() throws IOException {
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
