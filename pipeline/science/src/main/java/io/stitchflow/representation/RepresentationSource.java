package io.stitchflow.representation;

import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkSource;
import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationFiles;
import io.stitchflow.v1.Representations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A sender without a network: files or baselines. It has no weights, no logits and no outputs. */
public final class RepresentationSource implements NetworkSource {
  private final Representations representations;
  private final ClassificationTask task;
  private final List<CutPoint> cuts;

  private RepresentationSource(
      Representations representations, ClassificationTask task, List<CutPoint> cuts) {
    this.representations = representations;
    this.task = task;
    this.cuts = List.copyOf(cuts);
  }

  /** Finds the shape of what crosses a cut that an {@code of} names. */
  @FunctionalInterface
  public interface Shapes {
    /**
     * Of one example.
     *
     * @param of {@code network/cut}
     * @throws IOException if a file that says it cannot be read
     */
    List<Integer> of(String of) throws IOException;
  }

  /**
   * A sender in which every default is explicit. Reads the shapes of its files.
   *
   * @param base what its paths are relative to
   * @throws IllegalArgumentException if a file does not hold what is wanted of it
   * @throws IOException if a file cannot be read
   */
  public static RepresentationSource of(
      Representations representations, ClassificationTask task, Path base, Shapes shapes)
      throws IOException {
    List<CutPoint> cuts = new ArrayList<>();
    for (RepresentationCut cut : representations.getCutList()) {
      cuts.add(new CutPoint(cut.getName(), shape(cut, task, base, shapes)));
    }
    return new RepresentationSource(representations, task, cuts);
  }

  /** The shape of one cut; as {@link #of}. */
  public static List<Integer> shape(
      RepresentationCut cut, ClassificationTask task, Path base, Shapes shapes) throws IOException {
    if (cut.hasFile()) {
      try (ForeignRepresentation file = open(cut.getFile(), "train", base)) {
        return file.shape();
      }
    }
    Baseline baseline = Baselines.get(cut);
    String of = baseline.of(cut);
    return baseline.shape(
        cut, task, of.isEmpty() ? CutPoint.crossing(task.shape()) : shapes.of(of));
  }

  /** Opens what a cut's files hold of a split. */
  public static ForeignRepresentation open(RepresentationFiles files, String split, Path base)
      throws IOException {
    return ForeignRepresentation.open(
        base.resolve(path(files, split)).toAbsolutePath(),
        array(files, split),
        labels(split),
        identities(split));
  }

  /** The file of a split, as written; empty if there is none. */
  public static String path(RepresentationFiles files, String split) {
    return switch (split) {
      case "train" -> files.getTrain();
      case "validation" -> files.getValidation();
      default -> files.getTest();
    };
  }

  /** The array of a split in a safetensors file. */
  public static String array(RepresentationFiles files, String split) {
    return files.getArray().isEmpty() ? split : files.getArray() + "." + split;
  }

  /** The labels of a split in a safetensors file. */
  public static String labels(String split) {
    return split + ".y";
  }

  /** The identities of a split's rows in a safetensors file. */
  public static String identities(String split) {
    return split + ".id";
  }

  /** What is sent at the cut. */
  public RepresentationCut source(CutPoint cut) {
    return representations.getCut(cuts.indexOf(cut));
  }

  /** What is sent at each cut, in a few words: {@code pixels; noise [8, 32, 32]}. */
  @Override
  public String name() {
    return representations.getCutList().stream()
        .map(RepresentationSource::describe)
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private static String describe(RepresentationCut cut) {
    if (cut.hasFile()) {
      return "file";
    }
    Baseline baseline = Baselines.get(cut);
    String of = baseline.of(cut);
    return baseline.describe(cut, of.isEmpty() ? "pixels" : of);
  }

  /** Whether the seed changes any of it. */
  public boolean isRandom() {
    return representations.getCutList().stream()
        .anyMatch(cut -> !cut.hasFile() && Baselines.get(cut).isRandom(cut));
  }

  @Override
  public int width() {
    return 0;
  }

  /** That of the images that its rows belong to. */
  @Override
  public ClassificationTask task() {
    return task;
  }

  @Override
  public List<CutPoint> cuts() {
    return cuts;
  }

  @Override
  public long parameterCount() {
    return 0;
  }

  @Override
  public long macs() {
    return 0;
  }

  /**
   * Not defined.
   *
   * @throws UnsupportedOperationException always: nothing leads from a cut to logits
   */
  @Override
  public long macsAfter(CutPoint cut) {
    throw new UnsupportedOperationException(name() + " is not a network and cannot be a receiver");
  }
}
