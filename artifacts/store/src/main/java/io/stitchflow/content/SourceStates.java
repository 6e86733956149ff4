package io.stitchflow.content;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * The states of files outside the store, of all files in folders, and of the folders that they are
 * in, with symbolic links followed. Equal states mean equal names and contents: a program can set a
 * modification time, but not the time of the last change.
 *
 * @param lines a line for each file and folder, sorted
 * @param youngest the last change of any of them; {@link Instant#MIN} of none
 */
public record SourceStates(List<String> lines, Instant youngest) {
  private static final String ATTRIBUTES = "unix:dev,ino,mode,size,lastModifiedTime,ctime";

  public SourceStates {
    lines = List.copyOf(lines);
  }

  /**
   * The states as they are now. A file that is not there has a state too.
   *
   * @throws IOException if one cannot be read
   */
  public static SourceStates of(Collection<Path> files) throws IOException {
    Reader reader = new Reader();
    for (Path file : new TreeSet<>(files)) {
      reader.add(file.toAbsolutePath());
    }
    return new SourceStates(List.copyOf(reader.lines), reader.youngest);
  }

  /**
   * The states of files and of all in folders, without those of the folders that they are in.
   *
   * @throws IOException if one cannot be read
   */
  public static SourceStates ofContents(Collection<Path> files) throws IOException {
    Reader reader = new Reader();
    for (Path file : files) {
      reader.addContents(file);
    }
    return new SourceStates(List.copyOf(reader.lines), reader.youngest);
  }

  private static final class Reader extends SimpleFileVisitor<Path> {
    private final TreeSet<String> lines = new TreeSet<>();
    private Instant youngest = Instant.MIN;

    /** The folders too: a new file beside a source may be another source. */
    void add(Path file) throws IOException {
      Path real;
      try {
        real = file.toRealPath();
      } catch (NoSuchFileException e) {
        lines.add(file + " absent");
        return;
      }
      lines.add(file + " is " + real);
      addParent(file);
      addParent(real);
      addContents(real);
    }

    void addContents(Path file) throws IOException {
      if (Files.isDirectory(file)) {
        Files.walkFileTree(file, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, this);
      } else {
        addState(file);
      }
    }

    private void addParent(Path file) throws IOException {
      Path parent = file.getParent();
      if (parent != null) {
        addState(parent);
      }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      addState(folder);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      addState(file);
      return FileVisitResult.CONTINUE;
    }

    private void addState(Path path) throws IOException {
      Map<String, Object> state = Files.readAttributes(path, ATTRIBUTES);
      Instant changed = ((FileTime) Objects.requireNonNull(state.get("ctime"))).toInstant();
      youngest = changed.isAfter(youngest) ? changed : youngest;
      lines.add(
          String.join(
              " ",
              path.toString(),
              String.valueOf(state.get("dev")),
              String.valueOf(state.get("ino")),
              String.valueOf(state.get("mode")),
              String.valueOf(state.get("size")),
              String.valueOf(state.get("lastModifiedTime")),
              changed.toString()));
    }
  }
}
