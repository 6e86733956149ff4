package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.memo.StageRun;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.statistics.Sums;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The vanilla stitches of all starts, where there are several: the one that is kept has the lowest
 * loss of training. Each of the others takes one more pass of all examples through the receiver;
 * with one start nothing is measured.
 */
final class Starts extends Metric {
  Starts() {
    super(
        "starts",
        "Starts of the vanilla stitch",
        List.of(
            new Definition(
                "loss of a start",
                "Loss of the vanilla stitch from each start as it is kept, over the train examples that stitches learn from or, with patience, over the validation split. With several starts the stitch with the lowest loss is kept and all other numbers are of it. R², accuracy and cross-entropy of the stitches from all starts stand in cells.csv: stitches of nearly equal loss may differ much in R².")),
        List.of(
            series("start_loss", "loss by start", Range.NOT_NEGATIVE, Better.LOWER),
            series(
                "start_cross_entropy", "cross-entropy by start", Range.NOT_NEGATIVE, Better.LOWER),
            series("start_accuracy", "accuracy by start", Range.UNIT, Better.HIGHER),
            series("start_r2", "R² by start", Range.AT_MOST_ONE, Better.HIGHER)));
  }

  private static Quantity series(String name, String title, Range range, Better better) {
    return Quantity.series(name, title, range, better).of(Stitched.VANILLA);
  }

  @Override
  public Meter open(CellMeter cell) {
    return cell.starts().losses().names().isEmpty() ? values -> {} : new StartsMeter(cell);
  }

  /**
   * How well training did from each start of a cell's vanilla stitch, and so which stitch is kept:
   * that with the lowest loss, of equal ones the first.
   *
   * @param seed what roles of that seed end with: empty, or {@link #PREVIOUS}
   * @param names of the starts, such as {@code copy}; none if there is one start
   * @param losses the lowest that decided on an epoch: over the examples that stitches learn from
   *     or, with patience, the validation split
   */
  record Losses(String seed, List<String> names, List<Double> losses) {
    /** Roles of the seed before end with it. */
    static final String PREVIOUS = ".previous";

    Losses {
      names = List.copyOf(names);
      losses = List.copyOf(losses);
    }

    static Losses read(StageRun run, String seed) throws IOException {
      List<String> names = new ArrayList<>();
      List<Double> losses = new ArrayList<>();
      for (Initialization start : run.action().getCompareStitches().getStartList()) {
        TrainingCurve curve =
            TrainingCurve.parseFrom(
                Files.readAllBytes(run.input("training." + names.size() + seed)));
        names.add(start.name().toLowerCase(Locale.ROOT));
        losses.add(
            curve.getDecisiveList().stream()
                .mapToDouble(Double::doubleValue)
                .filter(loss -> !Double.isNaN(loss))
                .min()
                .orElse(Double.POSITIVE_INFINITY));
      }
      return new Losses(seed, names, losses);
    }

    /** The place of the stitch that is kept. */
    int kept() {
      return losses.isEmpty() ? 0 : losses.indexOf(Collections.min(losses));
    }

    /** The input role of the stitch that is kept. */
    String roleOfKept() {
      return (names.isEmpty() ? "vanilla" : "vanilla." + kept()) + seed;
    }

    /** The input roles of the other stitches, in order. */
    List<String> rolesOfOthers() {
      return IntStream.range(0, names.size())
          .filter(i -> i != kept())
          .mapToObj(i -> "vanilla." + i + seed)
          .toList();
    }
  }

  private static final class StartsMeter implements Meter {
    private final CellMeter cell;
    private final Losses losses;
    private final RepresentationVariance variance;
    private final List<PredictionCounts> predictions = new ArrayList<>();
    private final double[] squares;
    private double elements;

    StartsMeter(CellMeter cell) {
      this.cell = cell;
      this.losses = cell.starts().losses();
      this.variance = cell.spread();
      this.squares = new double[losses.names().size()];
      for (int i = 0; i < squares.length; i++) {
        predictions.add(i == losses.kept() ? cell.vanillaPredictions() : new PredictionCounts());
      }
    }

    @Override
    public void add(Batch batch) {
      NDArray expected = batch.expected();
      elements += expected.size();
      Iterator<FrozenStitch> others = cell.starts().others().iterator();
      for (int i = 0; i < squares.length; i++) {
        int start = i;
        if (i == losses.kept()) {
          squares[i] += Sums.squaredDistance(batch.vanilla(), expected);
        } else {
          FrozenStitch stitch = others.next();
          Lane.scoped(
              () -> {
                NDArray stitched = stitch.apply(batch.sender());
                squares[start] += Sums.squaredDistance(stitched, expected);
                predictions.get(start).add(cell.receiver().suffix(stitched), batch.labels());
              });
        }
      }
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      Map<String, Double> loss = new LinkedHashMap<>();
      Map<String, Double> crossEntropy = new LinkedHashMap<>();
      Map<String, Double> accuracy = new LinkedHashMap<>();
      Map<String, Double> r2 = new LinkedHashMap<>();
      double all = variance.variance();
      for (int i = 0; i < squares.length; i++) {
        String name = losses.names().get(i);
        loss.put(name, losses.losses().get(i));
        crossEntropy.put(name, predictions.get(i).evaluation().getCrossEntropy());
        accuracy.put(name, Accuracy.share(predictions.get(i).evaluation()));
        if (all != 0) {
          r2.put(name, 1 - squares[i] / elements / all);
        }
      }
      values.put("start_loss", loss);
      values.put("start_cross_entropy", crossEntropy);
      values.put("start_accuracy", accuracy);
      values.put("start_r2", r2);
    }
  }
}
