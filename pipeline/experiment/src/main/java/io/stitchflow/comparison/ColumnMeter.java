package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.Tally;
import io.stitchflow.stitch.FittedStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Evaluation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.LongStream;

/**
 * The cells of one column on one split: the receiver's representation is read once, and passes the
 * receiver once, for all of them.
 */
final class ColumnMeter implements AutoCloseable {
  private final Lane lane;
  private final Network receiver;
  private final CutPoint cut;
  private final TensorFile expected;
  private final Tally alone = new Tally();
  private final List<Cell> cells = new ArrayList<>();

  private record Cell(TensorFile sent, FittedStitch vanilla, FittedStitch copy, CellMeter meter) {}

  /**
   * @param expected the receiver's representations, which this closes
   */
  ColumnMeter(Lane lane, Network receiver, CutPoint cut, TensorFile expected) {
    this.lane = lane;
    this.receiver = receiver;
    this.cut = cut;
    this.expected = expected;
  }

  /**
   * Adds the cell whose sender's representations {@code sent} holds, which this closes.
   *
   * @throws IllegalArgumentException if sender and receiver differ in examples
   */
  void add(StageRun run, TensorFile sent) throws IOException {
    if (sent.rows() != expected.rows() || sent.rows() == 0) {
      throw new IllegalArgumentException(
          String.format(
              "sender and receiver must have the same examples, at least one, but have %d and %d",
              sent.rows(), expected.rows()));
    }
    String from = run.action().getCompareStitches().getSenderCut();
    Stitch stitch = Stitch.between(new CutPoint(from, sent.shape()), cut);
    FittedStitch vanilla = FittedStitch.load(lane, stitch, run.input("vanilla"));
    FittedStitch copy = FittedStitch.load(lane, stitch, run.input("copy"));
    cells.add(new Cell(sent, vanilla, copy, new CellMeter(receiver, cut, vanilla, copy)));
  }

  /** Measures all examples of all cells, {@code batch} at a time. */
  void read(int batch, DoubleConsumer progress) {
    ByteBuffer receiverRows = buffer(expected, batch);
    List<ByteBuffer> senderRows = cells.stream().map(cell -> buffer(cell.sent(), batch)).toList();
    for (int from = 0; from < expected.rows(); from += batch) {
      int start = from;
      int count = Math.min(batch, expected.rows() - from);
      Lane.scoped(
          () -> {
            expected.readFloats(start, count, receiverRows);
            NDArray y = lane.create(receiverRows, shape(count, expected));
            alone.add(receiver.suffix(y, cut), i -> expected.label(start + i));
            NDArray exact = y.toType(DataType.FLOAT64, false);
            for (int i = 0; i < cells.size(); i++) {
              Cell cell = cells.get(i);
              ByteBuffer rows = senderRows.get(i);
              cell.sent().readFloats(start, count, rows);
              Lane.scoped(
                  () ->
                      cell.meter()
                          .add(
                              lane.create(rows, shape(count, cell.sent())),
                              exact,
                              example -> expected.label(start + example)));
            }
          });
      progress.accept((from + count) / (double) expected.rows());
    }
  }

  /** The cell that was added as number {@code i}. */
  CellMeter cell(int i) {
    return cells.get(i).meter();
  }

  /** The receiver on its own representations. */
  Evaluation alone() {
    return alone.evaluation();
  }

  private static ByteBuffer buffer(TensorFile file, int batch) {
    return Lane.allocate(Math.multiplyExact(batch * Float.BYTES, file.elementsPerRow()));
  }

  private static Shape shape(int count, TensorFile file) {
    return new Shape(
        LongStream.concat(LongStream.of(count), file.shape().stream().mapToLong(Integer::longValue))
            .toArray());
  }

  @Override
  public void close() {
    for (Cell cell : cells) {
      cell.vanilla().close();
      cell.copy().close();
      cell.sent().close();
    }
    expected.close();
  }
}
