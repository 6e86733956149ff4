package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.torch.Lane;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Accuracy of stitches of low rank that were trained for the task, beside that of the vanilla
 * stitch, and the smallest rank that the task needs. Nothing is measured on train examples.
 *
 * <p>A cell costs the training of one more stitch for each rank, and a pass of the validation and
 * test examples through the receiver for each.
 */
final class TaskRanks extends Metric {
  /** Share of the best stitch's gain over the classes' frequencies that the task rank keeps. */
  private static final double KEPT = 0.95;

  TaskRanks() {
    super(
        "task_ranks",
        "Task-trained ranks",
        List.of(
            new Definition(
                "accuracy by rank",
                "Accuracy and cross-entropy of stitches whose weight has a low rank (rank_1, rank_2, ...), trained for the task through the frozen receiver from the copy of that rank; full is the vanilla stitch. They stand in cells.csv."),
            new Definition(
                "task rank",
                "The smallest rank whose stitch keeps 95 % of what the cell's best stitch gains over predicting the classes by their frequencies: entropy of the labels minus cross-entropy, on validation examples. The full rank if no smaller one does; undefined where the best stitch gains nothing. Compare it with the effective rank, which matching needs.",
                "McFadden 1974",
                "https://eml.berkeley.edu/reprints/mcfadden/zarembka.pdf")),
        List.of(
            Quantity.series(
                    "task_rank_accuracy",
                    "accuracy by task-trained rank",
                    Range.UNIT,
                    Better.HIGHER)
                .of(Stitched.VANILLA),
            Quantity.series(
                    "task_rank_cross_entropy",
                    "cross-entropy by task-trained rank",
                    Range.NOT_NEGATIVE,
                    Better.LOWER)
                .of(Stitched.VANILLA),
            Quantity.number("task_rank", "task rank", Range.NOT_NEGATIVE, Better.NEITHER)
                .of(Stitched.VANILLA)
                .in(Table.GEOMETRY)));
  }

  @Override
  public boolean isDefault() {
    return false;
  }

  @Override
  public boolean readsRanks() {
    return true;
  }

  @Override
  public Meter open(CellMeter cell) {
    return cell.isUnseen() && !cell.ranks().isEmpty() ? new RanksMeter(cell) : values -> {};
  }

  /** A stitch of low rank and what the receiver predicts with it. */
  private record Ranked(int rank, FrozenStitch stitch, PredictionCounts predictions) {
    String name() {
      return "rank_" + rank;
    }
  }

  private final class RanksMeter implements Meter {
    private final CellMeter cell;
    private final List<Ranked> ranks = new ArrayList<>();
    private final PredictionCounts full;
    private final List<Integer> counts = new ArrayList<>();

    RanksMeter(CellMeter cell) {
      this.cell = cell;
      this.full = cell.vanillaPredictions();
      cell.ranks()
          .forEach((rank, stitch) -> ranks.add(new Ranked(rank, stitch, new PredictionCounts())));
    }

    @Override
    public void add(Batch batch) {
      for (Ranked each : ranks) {
        Lane.scoped(
            () ->
                each.predictions.add(
                    cell.receiver().suffix(each.stitch.apply(batch.sender())), batch.labels()));
      }
      for (int example = 0; example < batch.expected().getShape().get(0); example++) {
        count(batch.labels().applyAsInt(example));
      }
    }

    private void count(int label) {
      while (counts.size() <= label) {
        counts.add(0);
      }
      counts.set(label, counts.get(label) + 1);
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      if (counts.isEmpty()) {
        return;
      }
      Map<String, Double> accuracy = new LinkedHashMap<>();
      Map<String, Double> crossEntropy = new LinkedHashMap<>();
      for (Ranked each : ranks) {
        accuracy.put(each.name(), Accuracy.share(each.predictions.evaluation()));
        crossEntropy.put(each.name(), each.predictions.evaluation().getCrossEntropy());
      }
      accuracy.put("full", Accuracy.share(full.evaluation()));
      crossEntropy.put("full", full.evaluation().getCrossEntropy());
      values.put("task_rank_accuracy", accuracy);
      values.put("task_rank_cross_entropy", crossEntropy);
      CellMeter validation = cell.validation();
      if (validation != null) {
        ((RanksMeter) validation.meter(TaskRanks.this)).choose(values);
      }
    }

    /** Puts the rank that these examples choose. */
    private void choose(MeasuredValues.Builder values) {
      if (counts.isEmpty()) {
        return;
      }
      double most = gain(full);
      for (Ranked each : ranks) {
        most = Math.max(most, gain(each.predictions));
      }
      if (most > 0) {
        double least = KEPT * most;
        int rank =
            ranks.stream()
                .filter(each -> gain(each.predictions) >= least)
                .map(Ranked::rank)
                .findFirst()
                .orElse(Math.min(cell.stitch().inputs(), cell.stitch().to().channels()));
        values.put("task_rank", rank);
      }
    }

    /**
     * How far the cross-entropy of these predictions lies below that of the labels' frequencies;
     * negative infinity where it is not a number.
     */
    private double gain(PredictionCounts predictions) {
      double crossEntropy = predictions.evaluation().getCrossEntropy();
      return Double.isNaN(crossEntropy) ? Double.NEGATIVE_INFINITY : entropy() - crossEntropy;
    }

    /** Of the labels' frequencies, in nats. */
    private double entropy() {
      double examples = counts.stream().mapToInt(Integer::intValue).sum();
      double entropy = 0;
      for (int count : counts) {
        entropy -= count == 0 ? 0 : count / examples * StrictMath.log(count / examples);
      }
      return entropy;
    }
  }
}
