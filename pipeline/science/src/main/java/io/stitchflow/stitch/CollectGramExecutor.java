package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.representation.Groups;
import io.stitchflow.representation.Parts;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.CollectGram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Sums x~x~' over all positions of a sender's representation, x~ = [window; 1], in float64, for
 * each of the {@link Parts} of the examples. A group is one representation with several window
 * sizes.
 */
public final class CollectGramExecutor implements StageExecutor {
  /** Examples a step; sums are split by it, so it is part of the stage's version. */
  static final int BATCH = 64;

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    Groups.checkShared(runs, "sender", run -> Groups.input(run, "sender"));
    try (Lane lane = Groups.openLane(runs);
        TensorFile sender = TensorFile.open(runs.get(0).input("sender"))) {
      List<Regression> regressions =
          runs.stream().map(run -> regression(run.action().getCollectGram())).toList();
      DeviceMemory.halving(
          BATCH,
          batch -> {
            List<Gram> grams = sum(lane, regressions, sender, batch, progress);
            for (int i = 0; i < runs.size(); i++) {
              MomentFile.write(
                  runs.get(i).output("moments"), "gram", List.of(grams.get(i).tensor()));
            }
          });
    }
  }

  private static Regression regression(CollectGram gram) {
    return new Regression(gram.getPositionsList(), gram.getWindowList(), 1);
  }

  /** The sums of {@code regressions}, in their order. */
  private static List<Gram> sum(
      Lane lane,
      List<Regression> regressions,
      TensorFile sender,
      int batch,
      DoubleConsumer progress) {
    List<Gram> grams = regressions.stream().map(each -> new Gram(sender.shape(), each)).toList();
    ByteBuffer buffer = Lane.allocate(batch * Float.BYTES * sender.elementsPerRow());
    List<int[]> parts = Parts.of(sender.rows());
    int done = 0;
    for (int part = 0; part < Parts.COUNT; part++) {
      int[] rows = parts.get(part);
      for (int from = 0; from < rows.length; from += batch) {
        int count = Math.min(batch, rows.length - from);
        sender.gatherFloats(rows, from, count, buffer);
        int of = part;
        Lane.scoped(
            () -> {
              NDArray x = lane.create(buffer, ColumnTrainer.shape(count, sender.shape()));
              grams.forEach(gram -> Lane.scoped(() -> gram.add(of, gram.regression.rows(x))));
            });
        done += count;
        progress.accept(done / (double) sender.rows());
      }
    }
    return grams;
  }

  /** [[XX', X1], [1'X', positions]] of each part. */
  private static final class Gram {
    private final Regression regression;
    private final int k;
    private final double[] sums;

    Gram(List<Integer> shape, Regression regression) {
      this.regression = regression;
      this.k = Regression.inputs(shape, regression.window()) + 1;
      this.sums = new double[Parts.COUNT * k * k];
    }

    void add(int part, NDArray x) {
      double[] products = HostArray.doubles(x.matMul(x.transpose()));
      double[] totals = HostArray.doubles(x.sum(new int[] {1}));
      int n = k - 1;
      int start = part * k * k;
      int last = start + n * k;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          sums[start + i * k + j] += products[i * n + j];
        }
        sums[start + i * k + n] += totals[i];
        sums[last + i] += totals[i];
      }
      sums[last + n] += x.getShape().get(1);
    }

    NamedTensor tensor() {
      return MomentFile.tensor("gram", List.of(Parts.COUNT, k, k), sums);
    }
  }
}
