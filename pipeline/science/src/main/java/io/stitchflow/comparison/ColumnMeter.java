package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.statistics.HalfPredictions;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.CompareStitches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one column on one split: the receiver's representation is read once, and passes the
 * receiver once, for all of them; a few examples pass it once more for the Fisher information.
 */
final class ColumnMeter implements AutoCloseable {
  private final ReceiverTargets own;
  private final TensorFile expected;
  private final int[] rows;
  private final List<Metric> metrics;
  private final List<Cell> cells = new ArrayList<>();

  private record Cell(TensorFile sent, CellMeter.Cell stitches, CellMeter meter) {}

  /**
   * @param expected the receiver's representations, which this closes
   * @param rows the examples that are measured
   */
  ColumnMeter(ReceiverTargets own, TensorFile expected, int[] rows, List<Metric> metrics) {
    this.own = own;
    this.expected = expected;
    this.rows = rows.clone();
    this.metrics = metrics;
  }

  /**
   * Adds a cell.
   *
   * @param sent the sender's representations, which this closes
   * @param train the same cell on train examples, measured; null if these are train examples
   * @param validation the same cell on validation examples, measured; null on others than test
   *     examples
   * @throws IllegalArgumentException if sender and receiver differ in examples
   */
  void add(
      StageRun run,
      TensorFile sent,
      HalfPredictions halves,
      @Nullable CellMeter train,
      @Nullable CellMeter validation)
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
    Starts.Losses losses = Starts.Losses.read(run, "");
    FrozenStitch vanilla =
        FrozenStitch.load(own.lane(), from, own.cut(), run.input(losses.roleOfKept()));
    List<FrozenStitch> others = new ArrayList<>();
    for (String role : losses.rolesOfOthers()) {
      others.add(FrozenStitch.load(own.lane(), vanilla.stitch(), run.input(role)));
    }
    FrozenStitch copy = FrozenStitch.load(own.lane(), vanilla.stitch(), run.input("copy"));
    SortedMap<Double, FrozenStitch> front = new TreeMap<>();
    for (int i = 0; i < parameters.getFrontCount(); i++) {
      front.put(
          parameters.getFront(i),
          FrozenStitch.load(own.lane(), vanilla.stitch(), run.input("front." + i)));
    }
    SortedMap<Integer, FrozenStitch> ranks = new TreeMap<>();
    for (int i = 0; i < parameters.getRankCount(); i++) {
      ranks.put(
          parameters.getRank(i),
          FrozenStitch.load(own.lane(), vanilla.stitch(), run.input("rank." + i)));
    }
    CellMeter.Cell stitches =
        new CellMeter.Cell(
            vanilla,
            new CellMeter.Started(losses, others),
            copy,
            front,
            ranks,
            previous(run, vanilla.stitch()),
            halves,
            parameters.getSeed());
    CellMeter meter = new CellMeter(own, stitches, train, validation, metrics);
    cells.add(new Cell(sent, stitches, meter));
  }

  /** That of the seed before; null in the first. */
  private @Nullable FrozenStitch previous(StageRun run, Stitch stitch) throws IOException {
    if (run.action().getInputList().stream()
        .noneMatch(input -> input.getRole().endsWith(Starts.Losses.PREVIOUS))) {
      return null;
    }
    Starts.Losses losses = Starts.Losses.read(run, Starts.Losses.PREVIOUS);
    return FrozenStitch.load(own.lane(), stitch, run.input(losses.roleOfKept()));
  }

  /** Measures the examples in all cells, {@code batch} at a time. */
  void read(int batch, DoubleConsumer progress) {
    ByteBuffer receiverRows = buffer(expected, batch);
    readFisher(batch, receiverRows);
    List<ByteBuffer> senderRows = cells.stream().map(cell -> buffer(cell.sent(), batch)).toList();
    for (int from = 0; from < rows.length; from += batch) {
      int start = from;
      int count = Math.min(batch, rows.length - from);
      Lane.scoped(
          () -> {
            expected.gatherFloats(rows, start, count, receiverRows);
            NDArray y = own.lane().create(receiverRows, shape(count, expected));
            ReceiverTargets.Batch ofReceiver = own.add(y, i -> expected.label(rows[start + i]));
            for (int i = 0; i < cells.size(); i++) {
              Cell cell = cells.get(i);
              ByteBuffer sent = senderRows.get(i);
              cell.sent().gatherFloats(rows, start, count, sent);
              Lane.scoped(
                  () ->
                      cell.meter()
                          .add(
                              own.lane().create(sent, shape(count, cell.sent())),
                              ofReceiver,
                              example -> expected.label(rows[start + example])));
            }
          });
      progress.accept((from + count) / (double) rows.length);
    }
  }

  /** Measures the examples once more in the cells with a metric that does so. */
  void readAgain(int batch) {
    List<Cell> again = cells.stream().filter(cell -> cell.meter().readsAgain()).toList();
    if (again.isEmpty()) {
      return;
    }
    ByteBuffer receiverRows = buffer(expected, batch);
    List<ByteBuffer> senderRows = again.stream().map(cell -> buffer(cell.sent(), batch)).toList();
    for (int from = 0; from < rows.length; from += batch) {
      int start = from;
      int count = Math.min(batch, rows.length - from);
      Lane.scoped(
          () -> {
            expected.gatherFloats(rows, start, count, receiverRows);
            NDArray y = own.lane().create(receiverRows, shape(count, expected));
            for (int i = 0; i < again.size(); i++) {
              Cell cell = again.get(i);
              ByteBuffer sent = senderRows.get(i);
              cell.sent().gatherFloats(rows, start, count, sent);
              Lane.scoped(
                  () ->
                      cell.meter()
                          .addAgain(
                              own.lane().create(sent, shape(count, cell.sent())),
                              y,
                              example -> expected.label(rows[start + example])));
            }
          });
    }
  }

  /** Adds to the Fisher information, if a metric requested it. */
  private void readFisher(int batch, ByteBuffer buffer) {
    int[] chosen = own.fisherRows(rows);
    for (int from = 0; from < chosen.length; from += batch) {
      int start = from;
      int count = Math.min(batch, chosen.length - from);
      Lane.scoped(
          () -> {
            expected.gatherFloats(chosen, start, count, buffer);
            own.fisher().add(own.lane().create(buffer, shape(count, expected)));
          });
    }
  }

  /** Examples that are measured. */
  int examples() {
    return rows.length;
  }

  /** The cell that was added as number {@code i}. */
  CellMeter meter(int i) {
    return cells.get(i).meter();
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
      cell.stitches().vanilla().close();
      cell.stitches().starts().others().forEach(FrozenStitch::close);
      cell.stitches().copy().close();
      cell.stitches().front().values().forEach(FrozenStitch::close);
      cell.stitches().ranks().values().forEach(FrozenStitch::close);
      FrozenStitch previous = cell.stitches().previous();
      if (previous != null) {
        previous.close();
      }
      cell.meter().close();
      cell.sent().close();
    }
    expected.close();
  }
}
