package io.stitchflow.representation;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.MakeRepresentation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;

/** Writes representations of {@link Baselines}, each of one split. */
public final class MakeRepresentationExecutor implements StageExecutor {
  /** Streams of one seed, by split. */
  private static final List<String> SPLITS = List.of("train", "test", "validation");

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      double done = i;
      make(runs.get(i), share -> progress.accept((done + share) / runs.size()));
    }
  }

  private static void make(StageRun run, DoubleConsumer progress) throws IOException {
    MakeRepresentation parameters = run.action().getMakeRepresentation();
    Baseline baseline = Baselines.get(parameters.getSource());
    boolean reads =
        run.action().getInputList().stream().anyMatch(input -> input.getRole().equals("of"));
    try (TensorFile images = TensorFile.open(run.input("dataset"));
        TensorFile of = TensorFile.open(run.input(reads ? "of" : "dataset"))) {
      ClassificationTask task = ClassificationTask.of(images);
      int wanted = parameters.getExamples();
      int examples = wanted == 0 ? images.rows() : Math.min(wanted, images.rows());
      Examples input = new Examples(of);
      Baseline.Inputs inputs =
          new Baseline.Inputs(
              parameters.getSource(),
              task,
              new Examples(images),
              input,
              examples,
              random(parameters));
      Baseline.Rows rows = baseline.open(inputs);
      List<Integer> shape = baseline.shape(parameters.getSource(), task, input.shape());
      try (RepresentationWriter writer =
          RepresentationWriter.create(
              run,
              "the baseline " + baseline.name(),
              new CutPoint("baseline", shape),
              parameters.getDtype(),
              images,
              new TreeMap<>(Map.of("baseline", baseline.name())))) {
        writer.writeAll(images, examples, rows, progress);
        writer.checkFinite();
      }
    }
  }

  private static Random random(MakeRepresentation parameters) {
    SplittableRandom random = new SplittableRandom(parameters.getSeed());
    for (int i = 0; i < SPLITS.indexOf(parameters.getSplit()); i++) {
      random.split();
    }
    // Whose normal numbers are those of its contract, on every JDK
    return new Random(random.split().nextLong());
  }
}
