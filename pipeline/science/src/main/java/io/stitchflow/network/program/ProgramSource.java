package io.stitchflow.network.program;

import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A program before it runs.
 *
 * @param segmentBytes sizes of the segments' files, by which its counts are estimated; a file of
 *     several segments is divided evenly among them
 */
public record ProgramSource(ProgramManifest manifest, List<Long> segmentBytes)
    implements NetworkSource {
  public ProgramSource {
    segmentBytes = List.copyOf(segmentBytes);
    if (segmentBytes.size() != manifest.segments().size()) {
      throw new IllegalArgumentException(
          manifest.segments().size() + " segments, but " + segmentBytes.size() + " files");
    }
  }

  /**
   * Of segments that may share files.
   *
   * @param files of the segments; equal ones are one file
   * @param bytes sizes of these files
   */
  static ProgramSource of(ProgramManifest manifest, List<?> files, List<Long> bytes) {
    Map<Object, Long> segments =
        files.stream().collect(Collectors.groupingBy(file -> file, Collectors.counting()));
    return new ProgramSource(
        manifest,
        IntStream.range(0, files.size())
            .mapToObj(i -> bytes.get(i) / segments.getOrDefault(files.get(i), 1L))
            .toList());
  }

  /** {@code ResNet, program of 6 segments}. */
  @Override
  public String name() {
    String program = "program of " + manifest.segments().size() + " segments";
    return manifest.name().isEmpty() ? program : manifest.name() + ", " + program;
  }

  @Override
  public int width() {
    return 0;
  }

  @Override
  public ClassificationTask task() {
    return new ClassificationTask(manifest.input(), manifest.classes());
  }

  @Override
  public List<CutPoint> cuts() {
    return manifest.segments().subList(0, manifest.segments().size() - 1).stream()
        .map(ProgramManifest.Segment::cut)
        .toList();
  }

  /** As many as the files have room for. */
  @Override
  public long parameterCount() {
    return segmentBytes.stream().mapToLong(bytes -> bytes / Float.BYTES).sum();
  }

  /** As if each number were a weight that is used once at each position of its segment's output. */
  @Override
  public long macs() {
    return macsFrom(0);
  }

  @Override
  public long macsAfter(CutPoint cut) {
    return macsFrom(cuts().indexOf(cut(cut.layer())) + 1);
  }

  private long macsFrom(int first) {
    return IntStream.range(first, segmentBytes.size()).mapToLong(this::macsOf).sum();
  }

  private long macsOf(int segment) {
    long positions =
        manifest.segments().get(segment).cut().sides().stream()
            .mapToLong(Integer::longValue)
            .reduce(1, (a, b) -> a * b);
    return positions * (segmentBytes.get(segment) / Float.BYTES);
  }

  @Override
  public String toString() {
    return name();
  }
}
