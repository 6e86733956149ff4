package io.stitchflow.network.program;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.NetworkEvaluator;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;

/** Checks what a program computes, and evaluates it over both whole splits. */
public final class ImportProgramExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      int done = i;
      execute(runs.get(i), share -> progress.accept((done + share) / runs.size()));
    }
  }

  private static void execute(StageRun run, DoubleConsumer progress) throws IOException {
    Path program = run.input("program");
    try (TensorFile train = TensorFile.open(run.input("train"));
        TensorFile test = TensorFile.open(run.input("test"));
        Lane lane = Lane.open(run.action().getToolchain());
        ProgramNetwork network = ProgramNetwork.open(lane, program)) {
      checkTask(network.source().task(), ClassificationTask.of(train));
      new ProgramCheck(lane, network).check(train);
      new NetworkEvaluator(lane, train, test)
          .write(run, network, TrainingCurve.newBuilder(), progress);
    }
    Files.copy(program, run.output("network"));
  }

  private static void checkTask(ClassificationTask program, ClassificationTask dataset) {
    if (!program.equals(dataset)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the program is for %s, but the data set has %s",
              program.words(),
              dataset.words()));
    }
  }
}
