package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import com.google.protobuf.ByteString;
import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.network.PredictionCounts;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.statistics.Sums;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.torch.Lane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * How much matching accuracy allows, and how much accuracy matching costs: the vanilla stitch, the
 * copy, and stitches trained for both at once.
 *
 * <p>Stitches are chosen on the validation examples, and what is chosen is measured on the test
 * split. Nothing is measured on train examples.
 */
final class Front extends Metric {
  /** Least share of the copy's R² of a stitch that matches. */
  static final double MATCHES = 0.9;

  /** Least R² of a copy that shows that there is something to match. */
  static final double COPIES = 0.1;

  private static final int RESAMPLES = 1_000;

  Front() {
    super(
        "front",
        "Working and matching at once",
        List.of(
            new Definition(
                "match at equal loss",
                "R² over that of the copy, of the stitch that matches best on validation examples among those whose validation cross-entropy is at most the vanilla stitch's: the vanilla stitch itself, the copy, and stitches trained for cross-entropy + weight × MSE / variance. Near 1, a stitch works as well and matches. Left out where the copy's R² is below 0.1."),
            new Definition(
                "cost of matching",
                "Test accuracy of the stitch with the lowest validation cross-entropy of the cell, minus that of the one with the lowest among stitches with at least 90 % of the copy's R² on validation examples. The interval is the 95 % interval of a paired bootstrap over test images (1,000 resamples).")),
        List.of(
            Quantity.number("match_at_equal_loss", "match at equal loss", Range.REAL, Better.HIGHER)
                .of(Stitched.BOTH)
                .in(Table.MAIN)
                .drawn("Match at equal loss: R² over that of the copy"),
            cost("cost_of_matching", "cost of matching")
                .in(Table.MAIN)
                .drawn("Cost of matching: accuracy lost"),
            cost("cost_of_matching_low", "cost of matching, 2.5 %"),
            cost("cost_of_matching_high", "cost of matching, 97.5 %"),
            Quantity.series("front_r2", "R² along the front", Range.AT_MOST_ONE, Better.HIGHER)
                .of(Stitched.BOTH),
            Quantity.series("front_accuracy", "accuracy along the front", Range.UNIT, Better.HIGHER)
                .of(Stitched.BOTH),
            Quantity.series(
                    "front_cross_entropy",
                    "cross-entropy along the front",
                    Range.NOT_NEGATIVE,
                    Better.LOWER)
                .of(Stitched.BOTH)));
  }

  private static Quantity cost(String name, String title) {
    return Quantity.number(name, title, Range.SIGNED_UNIT, Better.LOWER).of(Stitched.BOTH);
  }

  @Override
  public boolean readsFront() {
    return true;
  }

  @Override
  public Meter open(CellMeter cell) {
    return cell.isUnseen() ? new FrontMeter(cell) : values -> {};
  }

  /** One stitch of the front. */
  private static final class Point {
    private final String name;
    private final PredictionCounts predictions;
    private double squares;

    /**
     * @param name its weight, or {@code copy}
     */
    Point(String name, PredictionCounts predictions) {
      this.name = name;
      this.predictions = predictions;
    }

    double crossEntropy() {
      return predictions.evaluation().getCrossEntropy();
    }
  }

  private final class FrontMeter implements Meter {
    private final CellMeter cell;
    private final Point vanilla;
    private final Point copy;
    private final List<Point> trained = new ArrayList<>();
    private final RepresentationVariance variance;
    private final List<Integer> labels = new ArrayList<>();
    private double elements;

    FrontMeter(CellMeter cell) {
      this.cell = cell;
      this.variance = cell.spread();
      this.vanilla = new Point("0", cell.vanillaPredictions());
      this.copy = new Point("copy", cell.copyPredictions());
      cell.front()
          .keySet()
          .forEach(weight -> trained.add(new Point(text(weight), new PredictionCounts())));
    }

    /** {@code 0.01}, {@code 1}. */
    private static String text(double weight) {
      return weight == Math.rint(weight) && weight < 1e9
          ? Long.toString((long) weight)
          : Double.toString(weight);
    }

    /** From the vanilla stitch to the copy. */
    private List<Point> points() {
      List<Point> all = new ArrayList<>();
      all.add(vanilla);
      all.addAll(trained);
      all.add(copy);
      return all;
    }

    @Override
    public void add(Batch batch) {
      NDArray expected = batch.expected();
      vanilla.squares += Sums.squaredDistance(batch.vanilla(), expected);
      copy.squares += Sums.squaredDistance(batch.copy(), expected);
      elements += expected.size();
      int i = 0;
      for (FrozenStitch stitch : cell.front().values()) {
        Point point = trained.get(i++);
        Lane.scoped(
            () -> {
              NDArray stitched = stitch.apply(batch.sender());
              point.squares += Sums.squaredDistance(stitched, expected);
              point.predictions.add(cell.receiver().suffix(stitched), batch.labels());
            });
      }
      for (int example = 0; example < expected.getShape().get(0); example++) {
        labels.add(batch.labels().applyAsInt(example));
      }
    }

    /** NaN where the expected representation does not vary. */
    private double r2(Point point) {
      double all = variance.variance();
      return all == 0 ? Double.NaN : 1 - point.squares / elements / all;
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      if (labels.isEmpty()) {
        return;
      }
      Map<String, Double> r2 = new LinkedHashMap<>();
      Map<String, Double> accuracy = new LinkedHashMap<>();
      Map<String, Double> crossEntropy = new LinkedHashMap<>();
      for (Point point : points()) {
        double share = r2(point);
        if (!Double.isNaN(share)) {
          r2.put(point.name, share);
        }
        accuracy.put(point.name, Accuracy.share(point.predictions.evaluation()));
        crossEntropy.put(point.name, point.crossEntropy());
      }
      values.put("front_r2", r2);
      values.put("front_accuracy", accuracy);
      values.put("front_cross_entropy", crossEntropy);
      CellMeter validation = cell.validation();
      if (validation != null) {
        choose(values, (FrontMeter) validation.meter(Front.this));
      }
    }

    /** Puts what depends on a choice among the stitches. */
    private void choose(MeasuredValues.Builder values, FrontMeter seen) {
      if (seen.labels.isEmpty() || !(seen.r2(seen.copy) >= COPIES) || !(r2(copy) >= COPIES)) {
        return;
      }
      double loss = seen.vanilla.crossEntropy();
      Point nearest =
          seen.best(
              point -> point.crossEntropy() <= loss,
              Comparator.comparingDouble(point -> -seen.r2(point)));
      values.put("match_at_equal_loss", r2(named(nearest)) / r2(copy));
      Comparator<Point> byLoss = Comparator.comparingDouble(Point::crossEntropy);
      Point best = named(seen.best(point -> true, byLoss));
      double least = MATCHES * seen.r2(seen.copy);
      Point matching = named(seen.best(point -> seen.r2(point) >= least, byLoss));
      int[] lost = lost(best, matching);
      double[] resampled = resampled(lost);
      values.put("cost_of_matching", Arrays.stream(lost).sum() / (double) lost.length);
      values.put("cost_of_matching_low", resampled[RESAMPLES * 25 / 1000]);
      values.put("cost_of_matching_high", resampled[RESAMPLES - 1 - RESAMPLES * 25 / 1000]);
    }

    /** The first with the least {@code order} among those that hold; the copy or vanilla does. */
    private Point best(Predicate<Point> holds, Comparator<Point> order) {
      return points().stream().filter(holds).min(order).orElseThrow();
    }

    /** The same stitch here as {@code other} on other examples. */
    private Point named(Point other) {
      return points().stream()
          .filter(point -> point.name.equals(other.name))
          .findFirst()
          .orElseThrow();
    }

    /** By example: 1 where only {@code best} is right, -1 where only {@code other} is. */
    private int[] lost(Point best, Point other) {
      ByteString ofBest = best.predictions.predictions();
      ByteString ofOther = other.predictions.predictions();
      int[] lost = new int[labels.size()];
      for (int i = 0; i < lost.length; i++) {
        byte label = (byte) (int) labels.get(i);
        lost[i] = (ofBest.byteAt(i) == label ? 1 : 0) - (ofOther.byteAt(i) == label ? 1 : 0);
      }
      return lost;
    }
  }

  /**
   * Means of resamples of the examples, ascending; the same draws for equal numbers of examples.
   */
  private static double[] resampled(int[] lost) {
    SplittableRandom random = new SplittableRandom(1);
    double[] means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      int sum = 0;
      for (int j = 0; j < lost.length; j++) {
        sum += lost[random.nextInt(lost.length)];
      }
      means[i] = (double) sum / lost.length;
    }
    Arrays.sort(means);
    return means;
  }
}
