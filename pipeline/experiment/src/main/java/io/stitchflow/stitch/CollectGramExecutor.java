package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.NamedTensor;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.representation.Groups;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Values;
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
    try (Lane lane = Groups.openLane(runs);
        TensorFile sender = TensorFile.open(runs.get(0).input("sender"))) {
      List<Integer> patches =
          runs.stream().map(run -> run.action().getCollectGram().getPatch()).toList();
      DeviceMemory.halving(
          BATCH,
          batch -> {
            List<Gram> grams = sum(lane, patches, sender, batch, progress);
            for (int i = 0; i < runs.size(); i++) {
              MomentFile.write(
                  runs.get(i).output("moments"), "gram", List.of(grams.get(i).tensor()));
            }
          });
    }
  }

  /** The sums of {@code patches}, in their order. */
  private static List<Gram> sum(
      Lane lane, List<Integer> patches, TensorFile sender, int batch, DoubleConsumer progress) {
    List<Gram> grams = patches.stream().map(Gram::new).toList();
    ByteBuffer buffer = Lane.allocate(batch * Float.BYTES * sender.elementsPerRow());
    for (int from = 0; from < sender.rows(); from += batch) {
      int count = Math.min(batch, sender.rows() - from);
      sender.readFloats(from, count, buffer);
      Lane.scoped(
          () -> {
            NDArray x = lane.create(buffer, ColumnTrainer.shape(count, sender.shape()));
            grams.forEach(gram -> Lane.scoped(() -> gram.add(Rows.patches(x, gram.patch))));
          });
      progress.accept((from + count) / (double) sender.rows());
    }
    return grams;
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
    double[] added = Values.doubles(values);
    if (sums.length == 0) {
      return added;
    }
    for (int i = 0; i < added.length; i++) {
      sums[i] += added[i];
    }
    return sums;
  }
}
