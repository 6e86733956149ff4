package io.stitchflow.plan;

import io.stitchflow.content.Digest;
import io.stitchflow.network.CutPoint;
import io.stitchflow.representation.Baseline;
import io.stitchflow.representation.Baselines;
import io.stitchflow.representation.ForeignRepresentation;
import io.stitchflow.representation.RepresentationSource;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.ImportRepresentation;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.MakeRepresentation;
import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationFiles;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The representation of one split that a sender without a network sends.
 *
 * @param cut what is sent, every default explicit
 * @param point its name and shape
 * @param examples from the start of the split; 0 for all
 * @param seed of the sender
 */
record SentRepresentation(
    RepresentationCut cut,
    CutPoint point,
    String split,
    int examples,
    ElementType dtype,
    long seed) {
  /** Digests of users' files, each read once: several cuts and splits may share one. */
  static final class Files {
    private final Path base;
    private final Map<Path, Digest> digests = new HashMap<>();

    /**
     * @param base what paths are relative to
     */
    Files(Path base) {
      this.base = base;
    }

    private Path path(String written) {
      return base.resolve(written).toAbsolutePath();
    }

    private Digest digest(Path file) throws IOException {
      Digest known = digests.get(file);
      if (known == null) {
        known = Digest.of(file);
        digests.put(file, known);
      }
      return known;
    }

    /** The name of the identities of a split's rows; empty if the file has none. */
    private String identities(RepresentationFiles files, String split) throws IOException {
      try (ForeignRepresentation file = RepresentationSource.open(files, split, base)) {
        return file.hasIdentities() ? RepresentationSource.identities(split) : "";
      }
    }
  }

  /** Finds the stage that makes what a cut of a network gives. */
  @FunctionalInterface
  interface Source {
    /**
     * The stage with the output {@code representation}.
     *
     * @param of {@code network/cut}
     */
    String stage(String of, String split) throws IOException;
  }

  /**
   * Completes and adds the stage that makes it.
   *
   * @throws IOException if a file cannot be read
   */
  void add(PlanBuilder stages, Stage.Builder stage, Files files, Source source) throws IOException {
    Action.Builder action = stage.getActionBuilder();
    if (cut.hasFile()) {
      Path file = files.path(RepresentationSource.path(cut.getFile(), split));
      stage.addSourceFile(file.toString());
      action
          .addInput(Input.newBuilder().setRole("file").setDigest(files.digest(file).bytes()))
          .setImportRepresentation(
              ImportRepresentation.newBuilder()
                  .setArray(RepresentationSource.array(cut.getFile(), split))
                  .setLabels(RepresentationSource.labels(split))
                  .setIdentities(files.identities(cut.getFile(), split))
                  .setExamples(examples)
                  .setDtype(dtype));
    } else {
      addBaseline(stages, stage, source);
    }
    stages.depend(stage, "dataset", DatasetSource.STAGE, split);
    stages.add(stage);
  }

  private void addBaseline(PlanBuilder stages, Stage.Builder stage, Source source)
      throws IOException {
    Baseline baseline = Baselines.get(cut);
    boolean random = baseline.isRandom(cut);
    stage
        .getActionBuilder()
        .setMakeRepresentation(
            MakeRepresentation.newBuilder()
                .setSource(baseline.keyed(cut, point.shape()))
                .setExamples(examples)
                .setDtype(dtype)
                .setSeed(random ? seed : 0)
                .setSplit(random ? split : ""));
    String from = baseline.splitOfInput(split);
    String of = baseline.of(cut);
    if (!of.isEmpty()) {
      stages.depend(stage, "of", source.stage(of, from), "representation");
    } else if (!from.equals(split)) {
      stages.depend(stage, "of", DatasetSource.STAGE, from);
    }
  }
}
