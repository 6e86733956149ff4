package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.representation.Groups;
import io.stitchflow.representation.Parts;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Sums x~y' over all positions of a sender's and a receiver's representation, and what else the
 * error of a copy needs, in float64, for each of the {@link Parts} of the examples. A group is a
 * column.
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
            List<Cross> crosses = sum(lane, runs, senders, receiver, batch, progress);
            for (int i = 0; i < runs.size(); i++) {
              MomentFile.write(runs.get(i).output("moments"), "cross", crosses.get(i).tensors());
            }
          });
    }
  }

  /** The sums of {@code senders}, in their order. */
  private static List<Cross> sum(
      Lane lane,
      List<StageRun> runs,
      List<TensorFile> senders,
      TensorFile receiver,
      int batch,
      DoubleConsumer progress) {
    List<Cross> crosses = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      String family = runs.get(i).action().getCollectCrossMoments().getFamily();
      crosses.add(new Cross(family, senders.get(i), receiver));
    }
    int widest = senders.stream().mapToInt(TensorFile::elementsPerRow).max().orElseThrow();
    ByteBuffer senderRows = Lane.allocate(batch * Float.BYTES * widest);
    ByteBuffer receiverRows = Lane.allocate(batch * Float.BYTES * receiver.elementsPerRow());
    List<int[]> parts = Parts.of(receiver.rows());
    int done = 0;
    for (int part = 0; part < Parts.COUNT; part++) {
      int[] rows = parts.get(part);
      for (int from = 0; from < rows.length; from += batch) {
        int of = part;
        int start = from;
        int count = Math.min(batch, rows.length - from);
        receiver.gatherFloats(rows, from, count, receiverRows);
        Lane.scoped(
            () -> {
              NDArray y = lane.create(receiverRows, ColumnTrainer.shape(count, receiver.shape()));
              for (Cross cross : crosses) {
                cross.sender.gatherFloats(rows, start, count, senderRows);
                Lane.scoped(
                    () ->
                        cross.add(
                            of,
                            lane.create(
                                senderRows, ColumnTrainer.shape(count, cross.sender.shape())),
                            y));
              }
            });
        done += count;
        progress.accept(done / (double) receiver.rows());
      }
    }
    return crosses;
  }

  private static final class Cross {
    private final TensorFile sender;
    private final Regression regression;
    private final int k;
    private final int channels;
    private final double[] cross;
    private final double[] sum;
    private final double[] square = new double[Parts.COUNT];
    private final double[] blockSquare = new double[Parts.COUNT];
    private final double[] positions = new double[Parts.COUNT];

    Cross(String family, TensorFile sender, TensorFile receiver) {
      this.sender = sender;
      Stitch stitch =
          Stitch.of(
              family,
              new CutPoint("sender", sender.shape()),
              new CutPoint("receiver", receiver.shape()));
      this.regression = stitch.regression();
      this.k = stitch.inputs() + 1;
      this.channels = stitch.to().channels();
      this.cross = new double[Parts.COUNT * k * channels];
      this.sum = new double[Parts.COUNT * channels];
    }

    void add(int part, NDArray x, NDArray y) {
      NDArray windows = regression.rows(x);
      NDArray blocks = Regression.blockSums(y, regression.block());
      int block = regression.block() * regression.block();
      double[] totals = HostArray.doubles(blocks.sum(new int[] {1}));
      plus(cross, part * k * channels, HostArray.doubles(windows.matMul(blocks.transpose())));
      plus(cross, (part * k + k - 1) * channels, totals);
      plus(sum, part * channels, totals);
      double ofBlocks = HostArray.number(blocks.square().sum());
      blockSquare[part] += ofBlocks / block;
      square[part] +=
          block == 1 ? ofBlocks : HostArray.number(Regression.blockSums(y, 1).square().sum());
      positions[part] += (double) blocks.getShape().get(1) * block;
    }

    /** Adds {@code values} to {@code sums}, from {@code at} on. */
    private static void plus(double[] sums, int at, double[] values) {
      for (int i = 0; i < values.length; i++) {
        sums[at + i] += values[i];
      }
    }

    List<NamedTensor> tensors() {
      List<Integer> numbers = List.of(Parts.COUNT);
      return List.of(
          MomentFile.tensor("cross", List.of(Parts.COUNT, k, channels), cross),
          MomentFile.tensor("sum", List.of(Parts.COUNT, channels), sum),
          MomentFile.tensor("square", numbers, square),
          MomentFile.tensor("block_square", numbers, blockSquare),
          MomentFile.tensor("positions", numbers, positions));
    }
  }
}
