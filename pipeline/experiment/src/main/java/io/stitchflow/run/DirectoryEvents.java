package io.stitchflow.run;

import io.stitchflow.v1.RunEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A run's events in a directory that client and workers share: a file a worker, which grows. */
final class DirectoryEvents implements RunFiles.Events {
  private final Path directory;
  private final Map<Path, Long> read = new HashMap<>();

  DirectoryEvents(Path directory) {
    this.directory = directory;
  }

  @Override
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

  /** A worker's file. */
  static final class Sink implements RunFiles.EventSink {
    private final Path directory;
    private Path file;

    Sink(Path directory) {
      this.directory = directory;
      this.file = newFile();
    }

    @Override
    public synchronized void append(byte[] frame) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        Channels.newOutputStream(channel).write(frame);
      } catch (IOException e) {
        // Somebody may miss the news, nobody a result. What follows must not follow half an event
        file = newFile();
      }
    }

    @Override
    public void flush() {}

    private Path newFile() {
      return directory.resolve(UUID.randomUUID().toString());
    }
  }
}
