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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
              Map<Integer, Blocks> bySide = new HashMap<>();
              double square = bySide.computeIfAbsent(1, side -> new Blocks(y, side)).square;
              for (Cross cross : crosses) {
                Blocks blocks =
                    bySide.computeIfAbsent(cross.regression.block(), side -> new Blocks(y, side));
                cross.sender.gatherFloats(rows, start, count, senderRows);
                Lane.scoped(
                    () ->
                        cross.add(
                            of,
                            lane.create(
                                senderRows, ColumnTrainer.shape(count, cross.sender.shape())),
                            blocks,
                            square));
              }
            });
        done += count;
        progress.accept(done / (double) receiver.rows());
      }
    }
    return crosses;
  }

  /** A batch of the receiver's representation in blocks, which crosses of one receiver share. */
  private static final class Blocks {
    // [channels, examples * blocks], of each block
    private final NDArray sums;
    // of each channel
    private final double[] totals;
    // sum of the squares of sums
    private final double square;

    /**
     * Sums over blocks.
     *
     * @param y as {@link Regression#blockSums} takes it
     * @param side of a block, in positions
     */
    Blocks(NDArray y, int side) {
      sums = Regression.blockSums(y, side);
      totals = HostArray.doubles(sums.sum(new int[] {1}));
      square = HostArray.number(sums.square().sum());
    }
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

    /**
     * Adds a batch.
     *
     * @param y of this cross's side
     * @param ofPositions sum of the squares of the receiver's numbers
     */
    void add(int part, NDArray x, Blocks y, double ofPositions) {
      int block = regression.block() * regression.block();
      NDArray windows = regression.rows(x);
      plus(cross, part * k * channels, HostArray.doubles(windows.matMul(y.sums.transpose())));
      plus(cross, (part * k + k - 1) * channels, y.totals);
      plus(sum, part * channels, y.totals);
      blockSquare[part] += y.square / block;
      square[part] += ofPositions;
      positions[part] += (double) y.sums.getShape().get(1) * block;
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
