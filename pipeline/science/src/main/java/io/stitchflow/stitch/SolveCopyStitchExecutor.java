package io.stitchflow.stitch;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.v1.SolveCopyStitch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.ejml.data.DMatrixRMaj;

/**
 * Solves the copy task from moments, by least squares with a penalty chosen on held-out examples. A
 * group is all stitches of one sender cut.
 */
public final class SolveCopyStitchExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    SharedEigenvectors eigenvectors = new SharedEigenvectors();
    for (int i = 0; i < runs.size(); i++) {
      solve(runs.get(i), eigenvectors);
      progress.accept((i + 1.) / runs.size());
    }
  }

  private static void solve(StageRun run, SharedEigenvectors eigenvectors) throws IOException {
    SolveCopyStitch parameters = run.action().getSolveCopyStitch();
    Stitch stitch =
        Stitch.of(
            parameters.getFamily(),
            new CutPoint(parameters.getSenderCut(), parameters.getSenderShapeList()),
            new CutPoint(parameters.getReceiverCut(), parameters.getReceiverShapeList()));
    CopySolution solution =
        CopySolution.of(
            SplitMoments.read(stitch, run.input("gram"), run.input("cross")),
            parameters.getTolerance(),
            eigenvectors);
    FrozenStitch.save(
        run.output("stitch"),
        stitch,
        List.of(weight(stitch, solution.weights()), bias(solution.weights())),
        solution.metadata());
  }

  /** [out, in...] from [in + 1, out]. */
  private static NamedTensor weight(Stitch stitch, DMatrixRMaj solution) {
    ByteBuffer data = floats(solution.numCols * (solution.numRows - 1));
    for (int out = 0; out < solution.numCols; out++) {
      for (int in = 0; in < solution.numRows - 1; in++) {
        data.putFloat((float) solution.get(in, out));
      }
    }
    return new NamedTensor("weight", Dtype.F32, stitch.weightShape(), data.flip());
  }

  private static NamedTensor bias(DMatrixRMaj solution) {
    ByteBuffer data = floats(solution.numCols);
    for (int out = 0; out < solution.numCols; out++) {
      data.putFloat((float) solution.get(solution.numRows - 1, out));
    }
    return new NamedTensor("bias", Dtype.F32, List.of(solution.numCols), data.flip());
  }

  private static ByteBuffer floats(int count) {
    return ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }
}
