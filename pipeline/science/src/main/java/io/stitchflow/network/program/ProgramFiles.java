package io.stitchflow.network.program;

import io.stitchflow.content.BoundedReader;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.v1.Program;
import io.stitchflow.v1.ProgramSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program of an experiment, as its files are on this machine. Nothing runs it.
 *
 * @param manifest with what the experiment says of normalisation
 * @param segments TorchScript files in their order, one for each segment
 */
public record ProgramFiles(ProgramManifest manifest, List<Path> segments) {
  private static final int MOST_BYTES = 1 << 20;

  public ProgramFiles {
    segments = List.copyOf(segments);
  }

  /**
   * Reads what an experiment says of a program, and its {@code program.json} if it names a folder.
   *
   * @param task whose images it takes
   * @param base what paths are relative to
   * @throws IllegalArgumentException if that makes no program
   * @throws IOException if a file cannot be read
   */
  public static ProgramFiles of(Program program, ClassificationTask task, Path base)
      throws IOException {
    return of(program, task, base, null);
  }

  /**
   * The random control of a program that has one, normalised as the trained program where nothing
   * else is said.
   */
  public static ProgramFiles random(Program program, ClassificationTask task, Path base)
      throws IOException {
    ProgramFiles trained = of(program, task, base);
    return of(program.getRandom(), task, base, trained.manifest().scale());
  }

  private static ProgramFiles of(
      Program program, ClassificationTask task, Path base, NetworkInputs.@Nullable Scale scale)
      throws IOException {
    return program.getDirectory().isEmpty()
        ? listed(program, task, base, scale)
        : inDirectory(
            program, base.resolve(program.getDirectory()).toAbsolutePath().normalize(), scale);
  }

  private static ProgramFiles listed(
      Program program, ClassificationTask task, Path base, NetworkInputs.@Nullable Scale scale) {
    List<ProgramManifest.Segment> segments = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    for (ProgramSegment segment : program.getSegmentList()) {
      boolean logits =
          segment.getShapeCount() == 0 && segments.size() == program.getSegmentCount() - 1;
      files.add(base.resolve(segment.getFile()).toAbsolutePath().normalize());
      segments.add(
          new ProgramManifest.Segment(
              segment.getName(),
              segment.getFile(),
              segment.getMethod().isEmpty() ? ProgramManifest.FORWARD : segment.getMethod(),
              logits ? List.of(task.classes()) : segment.getShapeList()));
    }
    return new ProgramFiles(
        new ProgramManifest("", task.shape(), scale(program, scale), segments), files);
  }

  private static ProgramFiles inDirectory(
      Program program, Path directory, NetworkInputs.@Nullable Scale scale) throws IOException {
    ProgramManifest read;
    try {
      read =
          ProgramManifest.read(
              BoundedReader.file(directory.resolve(ProgramManifest.FILE), MOST_BYTES));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          directory.resolve(ProgramManifest.FILE) + ": " + e.getMessage(), e);
    }
    return new ProgramFiles(
        new ProgramManifest(
            read.name(),
            read.input(),
            scale(program, read.scale() == null ? scale : read.scale()),
            read.segments()),
        read.segments().stream().map(segment -> directory.resolve(segment.file())).toList());
  }

  private static NetworkInputs.@Nullable Scale scale(
      Program program, NetworkInputs.@Nullable Scale unwritten) {
    return program.getMeanCount() == 0
        ? unwritten
        : new NetworkInputs.Scale(program.getMeanList(), program.getStdList());
  }

  /**
   * The program before it runs.
   *
   * @throws IOException if a segment's file is missing or unreadable
   */
  public ProgramSource source() throws IOException {
    List<Long> bytes = new ArrayList<>();
    for (Path segment : segments) {
      bytes.add(Files.size(segment));
    }
    return ProgramSource.of(manifest, owners(), bytes);
  }

  /**
   * Of each segment the first one that has the same file, from 0. Segments share files only in
   * programs that name methods; in all others each has a file of its own, if only a copy.
   */
  public List<Integer> owners() {
    boolean shared = manifest.segments().stream().anyMatch(ProgramManifest.Segment::namesMethod);
    Map<Path, Integer> first = new HashMap<>();
    List<Integer> owners = new ArrayList<>();
    for (Path segment : segments) {
      int own = owners.size();
      owners.add(shared ? first.computeIfAbsent(segment, file -> own) : Integer.valueOf(own));
    }
    return owners;
  }
}
