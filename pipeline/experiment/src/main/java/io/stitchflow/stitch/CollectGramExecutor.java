package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.NamedTensor;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.representation.Groups;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Sums x~x~' over all positions of a sender's representation, x~ = [patch; 1], in float64. A group
 * is one representation with several patch sizes.
 */
public final class CollectGramExecutor implements StageExecutor {
  /** Examples a step; sums are split by it, so it is part of the stage's version. */
  static final int BATCH = 64;

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    Groups.checkShared(runs, "sender", run -> Groups.input(run, "sender"));
    try (Lane lane = Lane.open();
        TensorFile sender = TensorFile.open(runs.get(0).input("sender"))) {
      List<Gram> grams =
          runs.stream().map(run -> new Gram(run.action().getCollectGram().getPatch())).toList();
      ByteBuffer buffer = Lane.allocate(BATCH * Float.BYTES * sender.elementsPerRow());
      for (int from = 0; from < sender.rows(); from += BATCH) {
        int count = Math.min(BATCH, sender.rows() - from);
        sender.readFloats(from, count, buffer);
        Lane.scoped(
            () -> {
              NDArray x = lane.create(buffer, ColumnTrainer.shape(count, sender.shape()));
              grams.forEach(gram -> Lane.scoped(() -> gram.add(Rows.patches(x, gram.patch))));
            });
        progress.accept((from + count) / (double) sender.rows());
      }
      for (int i = 0; i < runs.size(); i++) {
        MomentFile.write(runs.get(i).output("moments"), "gram", List.of(grams.get(i).tensor()));
      }
    }
  }

  /** [[XX', X1], [1'X', positions]]. */
  private static final class Gram {
    private final int patch;
    private double[] products = {};
    private double[] totals = {};
    private double positions;

    Gram(int patch) {
      this.patch = patch;
    }

    void add(NDArray x) {
      products = plus(products, x.matMul(x.transpose()));
      totals = plus(totals, x.sum(new int[] {1}));
      positions += x.getShape().get(1);
    }

    NamedTensor tensor() {
      int n = totals.length;
      double[] gram = new double[(n + 1) * (n + 1)];
      for (int i = 0; i < n; i++) {
        System.arraycopy(products, i * n, gram, i * (n + 1), n);
        gram[i * (n + 1) + n] = totals[i];
      }
      System.arraycopy(totals, 0, gram, n * (n + 1), n);
      gram[gram.length - 1] = positions;
      return MomentFile.matrix("gram", n + 1, gram);
    }
  }

  /** Adds an array's values to {@code sums}, which is empty at first. */
  static double[] plus(double[] sums, NDArray values) {
    double[] added = values.toDoubleArray();
    if (sums.length == 0) {
      return added;
    }
    for (int i = 0; i < added.length; i++) {
      sums[i] += added[i];
    }
    return sums;
  }
}
