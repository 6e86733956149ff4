package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Measurement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one column on one split: the receiver's representation is read once, and passes the
 * receiver once, for all of them.
 */
final class ColumnMeter implements AutoCloseable {
  private final ReceiverTargets own;
  private final TensorFile expected;
  private final List<Metric> metrics;
  private final List<Cell> cells = new ArrayList<>();

  private record Cell(TensorFile sent, FrozenStitch vanilla, FrozenStitch copy, CellMeter meter) {}

  /**
   * @param expected the receiver's representations, which this closes
   */
  ColumnMeter(ReceiverTargets own, TensorFile expected, List<Metric> metrics) {
    this.own = own;
    this.expected = expected;
    this.metrics = metrics;
  }

  /**
   * Adds a cell.
   *
   * @param sent the sender's representations, which this closes
   * @param train the same cell on train examples, measured; null if these are train examples
   * @throws IllegalArgumentException if sender and receiver differ in examples
   */
  CellMeter add(StageRun run, TensorFile sent, HalfPredictions halves, @Nullable CellMeter train)
      throws IOException {
    if (sent.rows() != expected.rows() || sent.rows() == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "sender and receiver must have the same examples, at least one, but have %d and %d",
              sent.rows(),
              expected.rows()));
    }
    CompareStitches parameters = run.action().getCompareStitches();
    CutPoint from = new CutPoint(parameters.getSenderCut(), sent.shape());
    FrozenStitch vanilla = FrozenStitch.load(own.lane(), from, own.cut(), run.input("vanilla"));
    FrozenStitch copy = FrozenStitch.load(own.lane(), vanilla.stitch(), run.input("copy"));
    CellMeter meter =
        new CellMeter(
            own, new CellMeter.Cell(vanilla, copy, halves, parameters.getSeed()), train, metrics);
    cells.add(new Cell(sent, vanilla, copy, meter));
    return meter;
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
            NDArray y = own.lane().create(receiverRows, shape(count, expected));
            ReceiverTargets.Batch ofReceiver = own.add(y, i -> expected.label(start + i));
            for (int i = 0; i < cells.size(); i++) {
              Cell cell = cells.get(i);
              ByteBuffer rows = senderRows.get(i);
              cell.sent().readFloats(start, count, rows);
              Lane.scoped(
                  () ->
                      cell.meter()
                          .add(
                              own.lane().create(rows, shape(count, cell.sent())),
                              ofReceiver,
                              example -> expected.label(start + example)));
            }
          });
      progress.accept((from + count) / (double) expected.rows());
    }
  }

  /** The values of all cells, in the order in which they were added. */
  List<Measurement> measurements() {
    return cells.stream().map(cell -> cell.meter().measurement()).toList();
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
      cell.meter().close();
      cell.sent().close();
    }
    expected.close();
  }
}
