package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.NamedTensor;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.network.CutPoint;
import io.stitchflow.representation.Groups;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Values;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Sums x~y' over all positions of a sender's and a receiver's representation, and what else the
 * error of a copy needs, in float64. A group is a column.
 */
public final class CollectCrossMomentsExecutor implements StageExecutor {
  private static final int BATCH = CollectGramExecutor.BATCH;

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    Groups.checkShared(runs, "receiver", run -> Groups.input(run, "receiver"));
    try (Lane lane = Groups.openLane(runs);
        TensorFiles files = new TensorFiles()) {
      TensorFile receiver = files.open(runs.get(0).input("receiver"));
      List<TensorFile> senders = new ArrayList<>();
      for (StageRun run : runs) {
        senders.add(files.open(run.input("sender")));
      }
      DeviceMemory.halving(
          BATCH,
          batch -> {
            List<Cross> crosses = sum(lane, senders, receiver, batch, progress);
            for (int i = 0; i < runs.size(); i++) {
              MomentFile.write(runs.get(i).output("moments"), "cross", crosses.get(i).tensors());
            }
          });
    }
  }

  /** The sums of {@code senders}, in their order. */
  private static List<Cross> sum(
      Lane lane,
      List<TensorFile> senders,
      TensorFile receiver,
      int batch,
      DoubleConsumer progress) {
    List<Cross> crosses = senders.stream().map(sender -> new Cross(sender, receiver)).toList();
    int widest = senders.stream().mapToInt(TensorFile::elementsPerRow).max().orElseThrow();
    ByteBuffer senderRows = Lane.allocate(batch * Float.BYTES * widest);
    ByteBuffer receiverRows = Lane.allocate(batch * Float.BYTES * receiver.elementsPerRow());
    for (int from = 0; from < receiver.rows(); from += batch) {
      int start = from;
      int count = Math.min(batch, receiver.rows() - from);
      receiver.readFloats(from, count, receiverRows);
      Lane.scoped(
          () -> {
            NDArray y = lane.create(receiverRows, ColumnTrainer.shape(count, receiver.shape()));
            for (Cross cross : crosses) {
              cross.sender.readFloats(start, count, senderRows);
              Lane.scoped(
                  () ->
                      cross.add(
                          lane.create(senderRows, ColumnTrainer.shape(count, cross.sender.shape())),
                          y));
            }
          });
      progress.accept((from + count) / (double) receiver.rows());
    }
    return crosses;
  }

  private static final class Cross {
    private final TensorFile sender;
    private final Stitch stitch;
    private double[] products = {};
    private double[] sum = {};
    private double square;
    private double blockSquare;
    private double positions;

    Cross(TensorFile sender, TensorFile receiver) {
      this.sender = sender;
      this.stitch =
          Stitch.between(
              new CutPoint("sender", sender.shape()), new CutPoint("receiver", receiver.shape()));
    }

    void add(NDArray x, NDArray y) {
      NDArray patches = Rows.patches(x, stitch.patch());
      NDArray blocks = Rows.blockSums(y, stitch.upsampling());
      int block = stitch.upsampling() * stitch.upsampling();
      products = CollectGramExecutor.plus(products, patches.matMul(blocks.transpose()));
      sum = CollectGramExecutor.plus(sum, blocks.sum(new int[] {1}));
      double ofBlocks = Values.number(blocks.square().sum());
      blockSquare += ofBlocks / block;
      square += block == 1 ? ofBlocks : Values.number(Rows.blockSums(y, 1).square().sum());
      positions += (double) blocks.getShape().get(1) * block;
    }

    List<NamedTensor> tensors() {
      int channels = sum.length;
      double[] cross = new double[products.length + channels];
      System.arraycopy(products, 0, cross, 0, products.length);
      System.arraycopy(sum, 0, cross, products.length, channels);
      return List.of(
          MomentFile.matrix("cross", channels, cross),
          MomentFile.vector("sum", sum),
          MomentFile.number("square", square),
          MomentFile.number("block_square", blockSquare),
          MomentFile.number("positions", positions));
    }
  }
}
