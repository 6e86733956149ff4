package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Drift.LaterCut;
import io.stitchflow.statistics.Distances;
import io.stitchflow.statistics.HalfPredictions;
import io.stitchflow.statistics.OutputDivergence;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Measurement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one cell on one split, batch by batch, and the sums that several of them share:
 * each is computed once, and only if a metric requests it before the first batch.
 */
public final class CellMeter implements AutoCloseable {
  private final ReceiverTargets receiver;
  private final Cell cell;
  private final @Nullable CellMeter train;
  private final @Nullable CellMeter validation;
  private final Map<Metric, Meter> meters = new LinkedHashMap<>();
  private final PredictionCounts vanillaPredictions = new PredictionCounts();
  private final PredictionCounts copyPredictions = new PredictionCounts();
  private boolean passesReceiver;
  private LaterCut laterVanilla = (cut, map, own) -> {};
  private LaterCut laterCopy = (cut, map, own) -> {};
  private @Nullable OutputDivergence vanillaDivergence;
  private @Nullable OutputDivergence copyDivergence;
  private @Nullable Distances distances;
  private @Nullable ChannelSums channels;
  private int examples;

  /**
   * The vanilla stitches of all starts.
   *
   * @param others those that were not kept, in the order of their starts
   */
  record Started(Starts.Losses losses, List<FrozenStitch> others) {
    /** With one start. */
    static final Started ONCE = new Started(new Starts.Losses("", List.of(), List.of()), List.of());
  }

  /**
   * What is measured. A meter does not close the stitches.
   *
   * @param vanilla the one that was kept
   * @param front stitches between both, by the weight of their matching loss, ascending
   * @param ranks stitches of low rank that are trained for the task, by their rank, ascending
   * @param previous the vanilla stitch of the seed before; null in the first seed
   * @param halves predictions of sender and receiver on the same examples
   * @param seed of metrics that draw at random
   */
  record Cell(
      FrozenStitch vanilla,
      Started starts,
      FrozenStitch copy,
      SortedMap<Double, FrozenStitch> front,
      SortedMap<Integer, FrozenStitch> ranks,
      @Nullable FrozenStitch previous,
      HalfPredictions halves,
      long seed) {}

  /**
   * @param train the same cell on train examples, measured; null if this is it
   * @param validation the same cell on validation examples, measured; null on others than test
   *     examples
   */
  CellMeter(
      ReceiverTargets receiver,
      Cell cell,
      @Nullable CellMeter train,
      @Nullable CellMeter validation,
      List<Metric> metrics) {
    this.receiver = receiver;
    this.cell = cell;
    this.train = train;
    this.validation = validation;
    metrics.forEach(metric -> meters.put(metric, metric.open(this)));
  }

  public Lane lane() {
    return receiver.lane();
  }

  /** The shapes of sender and receiver, and how a stitch joins them. */
  public Stitch stitch() {
    return cell.vanilla().stitch();
  }

  /** Whether the stitches did not learn from the examples. */
  public boolean isUnseen() {
    return train != null;
  }

  /** Of metrics that draw at random. */
  public long seed() {
    return cell.seed();
  }

  /** The same cell on train examples, measured; null if this is it. */
  @Nullable CellMeter train() {
    return train;
  }

  /** The same cell on validation examples, measured; null on others than test examples. */
  @Nullable CellMeter validation() {
    return validation;
  }

  /** The vanilla stitches of all starts. */
  Started starts() {
    return cell.starts();
  }

  /** Stitches between vanilla and copy, by the weight of their matching loss, ascending. */
  SortedMap<Double, FrozenStitch> front() {
    return cell.front();
  }

  /** Stitches of low rank that are trained for the task, by their rank, ascending. */
  SortedMap<Integer, FrozenStitch> ranks() {
    return cell.ranks();
  }

  /** The vanilla stitch of the seed before; null in the first seed. */
  @Nullable FrozenStitch previous() {
    return cell.previous();
  }

  /** The meter of a metric that is measured here. */
  Meter meter(Metric metric) {
    Meter meter = meters.get(metric);
    if (meter == null) {
      throw new IllegalArgumentException(metric + " is not measured, only " + meters.keySet());
    }
    return meter;
  }

  ReceiverTargets receiver() {
    return receiver;
  }

  HalfPredictions halves() {
    return cell.halves();
  }

  /** Requests predictions of the receiver with the vanilla stitch. */
  PredictionCounts vanillaPredictions() {
    passesReceiver = true;
    return vanillaPredictions;
  }

  /** Requests predictions of the receiver with the copy stitch. */
  PredictionCounts copyPredictions() {
    passesReceiver = true;
    return copyPredictions;
  }

  /** Requests divergences of the outputs with the vanilla stitch from the receiver's own. */
  OutputDivergence vanillaDivergence() {
    OutputDivergence shared =
        vanillaDivergence == null ? new OutputDivergence() : vanillaDivergence;
    vanillaDivergence = shared;
    vanillaPredictions();
    receiver.predictions();
    return shared;
  }

  /** Requests divergences of the outputs with the copy stitch from the receiver's own. */
  OutputDivergence copyDivergence() {
    OutputDivergence shared = copyDivergence == null ? new OutputDivergence() : copyDivergence;
    copyDivergence = shared;
    copyPredictions();
    receiver.predictions();
    return shared;
  }

  /** Has the receiver's later cuts seen, under the vanilla and under the copy stitch. */
  void watchLaterCuts(LaterCut vanilla, LaterCut copy) {
    passesReceiver = true;
    laterVanilla = vanilla;
    laterCopy = copy;
  }

  Distances distances() {
    Distances shared = distances == null ? new Distances() : distances;
    distances = shared;
    return shared;
  }

  /** Requests the variance of the expected representation, and that within upsampled blocks. */
  RepresentationVariance spread() {
    return receiver.spread(stitch().regression().block());
  }

  ChannelSums channels() {
    ChannelSums shared = channels == null ? new ChannelSums(lane(), stitch(), receiver) : channels;
    channels = shared;
    return shared;
  }

  /**
   * Adds the next examples.
   *
   * @param x the sender's representation
   * @param y the receiver's own
   * @param labels class by example, counted from this batch's first
   */
  void add(NDArray x, ReceiverTargets.Batch y, IntUnaryOperator labels) {
    NDArray v = cell.vanilla().apply(x);
    NDArray c = cell.copy().apply(x);
    examples += Math.toIntExact(y.map().getShape().get(0));
    Meter.Batch batch = new Meter.Batch(x, v, c, y, labels);
    if (distances != null) {
      distances.add(v, c, y.map());
    }
    if (channels != null) {
      channels.add(batch);
    }
    if (passesReceiver) {
      NDArray vanillaLogits = suffix(v, y.later(), laterVanilla);
      vanillaPredictions.add(vanillaLogits, labels);
      if (vanillaDivergence != null) {
        vanillaDivergence.add(y.logits(), vanillaLogits);
      }
      NDArray copyLogits = suffix(c, y.later(), laterCopy);
      copyPredictions.add(copyLogits, labels);
      if (copyDivergence != null) {
        copyDivergence.add(y.logits(), copyLogits);
      }
    }
    meters.values().forEach(meter -> meter.add(batch));
  }

  /** Whether a metric measures the examples once more, after all of them were added. */
  boolean readsAgain() {
    return meters.values().stream().anyMatch(Meter::readsAgain);
  }

  /** Adds the next examples once more, to the metrics that measure them again. */
  void addAgain(NDArray x, NDArray y, IntUnaryOperator labels) {
    for (Meter meter : meters.values()) {
      if (meter.readsAgain()) {
        meter.addAgain(x, y, labels);
      }
    }
  }

  private NDArray suffix(NDArray representation, List<NDArray> own, LaterCut later) {
    if (own.isEmpty()) {
      return receiver.suffix(representation);
    }
    int[] i = {0};
    return receiver.suffix(representation, map -> later.see(i[0], map, own.get(i[0]++)));
  }

  /** The values of all examples so far. */
  Measurement measurement() {
    MeasuredValues.Builder values = new MeasuredValues.Builder(examples);
    meters.forEach((metric, meter) -> meter.measure(values.next(metric)));
    return values.build();
  }

  @Override
  public void close() {
    meters.values().forEach(Meter::close);
  }
}
