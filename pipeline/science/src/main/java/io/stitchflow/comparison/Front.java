package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.ExampleVariance;
import io.stitchflow.statistics.PairedBootstrap;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.statistics.Sums;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.torch.Lane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How much matching accuracy allows, and how much accuracy matching costs: the vanilla stitch, the
 * copy, and stitches trained for both at once; each number that a verdict rests on with its
 * interval.
 *
 * <p>Stitches are chosen on the validation examples, and what is chosen is measured on the test
 * split. Nothing is measured on train examples.
 *
 * <p>A cell costs one pass through the receiver for each stitch of the front, and 1,000 resamples
 * of nine numbers for each test example.
 */
public final class Front extends Metric {
  /** Least share of the receiver's accuracy above chance of a stitch that works. */
  public static final double WORKS = 0.8;

  /** Least share of the copy's R² of a stitch that matches. */
  public static final double MATCHES = 0.9;

  /** Least R² of a copy that shows that there is something to match. */
  public static final double COPIES = 0.1;

  Front() {
    super(
        "front",
        "Working and matching at once",
        List.of(
            new Definition(
                "match at equal loss",
                "R² over that of the copy, of the stitch that matches best on validation examples among those whose validation cross-entropy is at most the vanilla stitch's: the vanilla stitch itself, the copy, and stitches trained for cross-entropy + weight × MSE / variance. Near 1, a stitch works as well and matches. Left out where the copy's R² is below 0.1. The interval is that of cost of matching."),
            new Definition(
                "cost of matching",
                "Test accuracy of the stitch with the lowest validation cross-entropy of the cell, minus that of the one with the lowest among stitches with at least 90 % of the copy's R² on validation examples. The interval is the 95 % interval of a paired bootstrap over test images (1,000 resamples)."),
            new Definition(
                "works margin",
                "Test accuracy above chance of the stitch with the lowest validation cross-entropy of the cell, minus 80 % of the receiver's own accuracy above chance. At 0 or more the stitch works. Chance is the share of the most frequent class; intervals as of cost of matching. The limit is the highest upper end among all stitches of the cell: below 0, none of them works."),
            new Definition(
                "R² share of the matching stitch",
                "R² over that of the copy on test examples, of the stitch whose accuracy the cost of matching subtracts.")),
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
            share("match_at_equal_loss_low", "match at equal loss, 2.5 %"),
            share("match_at_equal_loss_high", "match at equal loss, 97.5 %"),
            share("matching_r2_share", "R² share of the matching stitch"),
            share("matching_r2_share_low", "R² share of the matching stitch, 2.5 %"),
            share("matching_r2_share_high", "R² share of the matching stitch, 97.5 %"),
            copy("r2_copy_low", "R² copy, 2.5 %"),
            copy("r2_copy_high", "R² copy, 97.5 %"),
            margin("works_margin", "works margin"),
            margin("works_margin_low", "works margin, 2.5 %"),
            margin("works_margin_high", "works margin, 97.5 %"),
            margin("works_margin_limit", "works margin, limit"),
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

  private static Quantity share(String name, String title) {
    return Quantity.number(name, title, Range.REAL, Better.HIGHER).of(Stitched.BOTH);
  }

  private static Quantity copy(String name, String title) {
    return MeanSquaredError.r2(name, title).of(Stitched.COPY);
  }

  private static Quantity margin(String name, String title) {
    return Quantity.number(name, title, Range.SIGNED_UNIT, Better.HIGHER).of(Stitched.BOTH);
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
    private final List<Double> ofExamples = new ArrayList<>();
    private double squares;

    /**
     * @param name its weight, or {@code copy}
     */
    Point(String name, PredictionCounts predictions) {
      this.name = name;
      this.predictions = predictions;
    }

    /** Adds the squared error of the next examples. */
    void add(NDArray stitched, NDArray expected) {
      double ofBatch = 0;
      for (double ofExample : Sums.squaredDistances(stitched, expected)) {
        ofExamples.add(ofExample);
        ofBatch += ofExample;
      }
      squares += ofBatch;
    }

    /** Squared error by example. */
    double[] errors() {
      return ofExamples.stream().mapToDouble(Double::doubleValue).toArray();
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
    private final PredictionCounts own;
    private final RepresentationVariance variance;
    private final @Nullable ExampleVariance byExample;
    private final List<Integer> labels = new ArrayList<>();
    private double elements;

    FrontMeter(CellMeter cell) {
      this.cell = cell;
      this.variance = cell.spread();
      this.byExample = cell.validation() == null ? null : cell.receiver().exampleVariance();
      this.own = cell.receiver().predictions();
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
      vanilla.add(batch.vanilla(), expected);
      copy.add(batch.copy(), expected);
      elements += expected.size();
      int i = 0;
      for (FrozenStitch stitch : cell.front().values()) {
        Point point = trained.get(i++);
        Lane.scoped(
            () -> {
              NDArray stitched = stitch.apply(batch.sender());
              point.add(stitched, expected);
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
      if (validation != null && byExample != null) {
        FrontMeter seen = (FrontMeter) validation.meter(Front.this);
        if (!seen.labels.isEmpty()) {
          choose(values, seen, byExample.squares());
        }
      }
    }

    /**
     * Puts what depends on a choice among the stitches, and its intervals.
     *
     * @param spread each example's part of the sum of squares about the channels' means
     */
    private void choose(MeasuredValues.Builder values, FrontMeter seen, double[] spread) {
      Comparator<Point> byLoss = Comparator.comparingDouble(Point::crossEntropy);
      Point best = named(seen.best(point -> true, byLoss));
      // A stitch that diverged has no loss, and any other is as good
      double ofVanilla = seen.vanilla.crossEntropy();
      double loss = Double.isNaN(ofVanilla) ? Double.POSITIVE_INFINITY : ofVanilla;
      Point nearest =
          named(
              seen.best(
                  point -> point.crossEntropy() <= loss,
                  Comparator.comparingDouble(point -> -seen.r2(point))));
      double least = MATCHES * seen.r2(seen.copy);
      boolean copies = seen.r2(seen.copy) >= COPIES && r2(copy) >= COPIES;
      Point matching = copies ? named(seen.best(point -> seen.r2(point) >= least, byLoss)) : copy;
      List<Point> all = points();
      List<double[]> measures = new ArrayList<>();
      measures.add(difference(right(best), right(matching)));
      measures.add(spread);
      measures.add(copy.errors());
      measures.add(nearest.errors());
      measures.add(matching.errors());
      all.forEach(point -> measures.add(margins(point)));
      PairedBootstrap bootstrap = PairedBootstrap.of(measures);
      int examples = labels.size();
      int margins = measures.size() - all.size();
      int ofBest = margins + all.indexOf(best);
      values.put("works_margin", mean(measures.get(ofBest)) / 5);
      put(values, "works_margin", bootstrap, sums -> sums[ofBest] / examples / 5);
      double limit = Double.NEGATIVE_INFINITY;
      for (int i = margins; i < measures.size(); i++) {
        int measure = i;
        limit = Math.max(limit, bootstrap.interval(sums -> sums[measure] / examples / 5).high());
      }
      values.put("works_margin_limit", limit);
      if (Double.isNaN(r2(copy))) {
        return;
      }
      put(values, "r2_copy", bootstrap, sums -> 1 - sums[2] / sums[1]);
      if (!copies) {
        return;
      }
      values.put("match_at_equal_loss", r2(nearest) / r2(copy));
      put(values, "match_at_equal_loss", bootstrap, sums -> share(sums, 3));
      values.putFinite("matching_r2_share", r2(matching) / r2(copy));
      put(values, "matching_r2_share", bootstrap, sums -> share(sums, 4));
      values.put("cost_of_matching", mean(measures.get(0)));
      put(values, "cost_of_matching", bootstrap, sums -> sums[0] / examples);
    }

    /** R² over that of the copy. */
    private static double share(double[] sums, int errors) {
      return (sums[1] - sums[errors]) / (sums[1] - sums[2]);
    }

    private static void put(
        MeasuredValues.Builder values,
        String quantity,
        PairedBootstrap bootstrap,
        ToDoubleFunction<double[]> statistic) {
      PairedBootstrap.Interval interval = bootstrap.interval(statistic);
      values.putFinite(quantity + "_low", interval.low());
      values.putFinite(quantity + "_high", interval.high());
    }

    /**
     * By example, in fifths so that sums are exact: its mean is the accuracy above chance beyond
     * the least that works, which is {@link #WORKS} or four fifths of the receiver's.
     */
    private double[] margins(Point point) {
      double[] margins = right(point);
      double[] ofReceiver = right(own.predictions());
      int majority = majority();
      for (int i = 0; i < margins.length; i++) {
        margins[i] = 5 * margins[i] - 4 * ofReceiver[i] - (labels.get(i) == majority ? 1 : 0);
      }
      return margins;
    }

    /** The most frequent class; of equals the first. */
    private int majority() {
      int[] counts = new int[Collections.max(labels) + 1];
      labels.forEach(label -> counts[label]++);
      int most = 0;
      for (int label = 1; label < counts.length; label++) {
        most = counts[label] > counts[most] ? label : most;
      }
      return most;
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

    /** By example: 1 where the stitched network is right, else 0. */
    private double[] right(Point point) {
      return right(point.predictions.predictions());
    }

    private double[] right(List<Integer> predictions) {
      double[] right = new double[labels.size()];
      for (int i = 0; i < right.length; i++) {
        right[i] = predictions.get(i).equals(labels.get(i)) ? 1 : 0;
      }
      return right;
    }
  }

  private static double[] difference(double[] a, double[] b) {
    double[] difference = new double[a.length];
    Arrays.setAll(difference, i -> a[i] - b[i]);
    return difference;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }
}
