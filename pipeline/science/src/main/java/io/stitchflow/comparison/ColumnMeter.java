package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final Lane lane;
  private final ReceiverTargets own;
  private final TensorFile expected;
  private final List<Cell> cells = new ArrayList<>();

  private record Cell(
      TensorFile sent,
      FrozenStitch vanilla,
      FrozenStitch copy,
      @Nullable ChannelSimilarity geometry,
      @Nullable Controls controls,
      CellMeter meter) {}

  /**
   * @param own what the receiver is, and what of it is asked for
   * @param expected the receiver's representations, which this closes
   */
  ColumnMeter(Lane lane, ReceiverTargets own, TensorFile expected) {
    this.lane = lane;
    this.own = own;
    this.expected = expected;
  }

  /**
   * Adds a cell on train examples.
   *
   * @param sent the sender's representations, which this closes
   * @throws IllegalArgumentException if sender and receiver differ in examples
   */
  void addTrain(StageRun run, TensorFile sent) throws IOException {
    add(run, sent, null);
  }

  /**
   * Adds a cell on test examples, which controls and interpolations are measured on.
   *
   * @param sent the sender's representations, which this closes
   * @param train the same cell on train examples
   * @throws IllegalArgumentException if sender and receiver differ in examples
   */
  void addTest(StageRun run, TensorFile sent, Permutation train) throws IOException {
    add(run, sent, train);
  }

  /** The best permutation of channels; null where the maps differ in shape. */
  record Permutation(@Nullable List<Integer> sources) {}

  private void add(StageRun run, TensorFile sent, @Nullable Permutation permutation)
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
    Stitch stitch =
        Stitch.between(new CutPoint(parameters.getSenderCut(), sent.shape()), own.cut());
    FrozenStitch vanilla = FrozenStitch.load(lane, stitch, run.input("vanilla"));
    FrozenStitch copy = FrozenStitch.load(lane, stitch, run.input("copy"));
    boolean controlled = own.asks(Metric.CONTROLS);
    boolean permutes = controlled && permutation == null && isOfOneShape(stitch);
    ChannelSimilarity geometry =
        permutes || own.asks(Metric.CKA, Metric.PROCRUSTES, Metric.MAHALANOBIS)
            ? new ChannelSimilarity(lane, stitch, own, permutes)
            : null;
    Controls controls =
        controlled && permutation != null
            ? new Controls(lane, stitch, parameters.getControlSeed(), permutation.sources(), own)
            : null;
    CellMeter meter = new CellMeter(own, vanilla, copy, geometry, controls);
    if (permutation != null && own.asks(Metric.INTERPOLATION)) {
      meter.interpolating();
    }
    cells.add(new Cell(sent, vanilla, copy, geometry, controls, meter));
  }

  private static boolean isOfOneShape(Stitch stitch) {
    return stitch.patch() == 1 && stitch.from().shape().equals(stitch.to().shape());
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
            ReceiverTargets.Batch ofReceiver = own.add(y, i -> expected.label(start + i));
            for (int i = 0; i < cells.size(); i++) {
              Cell cell = cells.get(i);
              ByteBuffer rows = senderRows.get(i);
              cell.sent().readFloats(start, count, rows);
              Lane.scoped(
                  () ->
                      cell.meter()
                          .add(
                              lane.create(rows, shape(count, cell.sent())),
                              ofReceiver,
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

  /** Of the cell that was added as number {@code i}, by what was read of it. */
  Permutation permutation(int i) {
    Cell cell = cells.get(i);
    ChannelSimilarity geometry = cell.geometry();
    return geometry != null && own.asks(Metric.CONTROLS) && isOfOneShape(cell.vanilla().stitch())
        ? new Permutation(Arrays.stream(geometry.permutation()).boxed().toList())
        : new Permutation(null);
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
      if (cell.controls() != null) {
        cell.controls().close();
      }
      cell.sent().close();
    }
    expected.close();
  }
}
