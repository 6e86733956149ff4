package io.stitchflow.report.cells;

import io.stitchflow.comparison.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a measure of many cells becomes one number. */
public enum Statistic {
  /**
   * For measures in [0, 1]: the mean over cells for each seed, then the mean over seeds with its 95
   * % interval.
   */
  MEAN,
  /** The share of cells for which the measure is 1 and not 0; over seeds like the mean. */
  SHARE,
  /**
   * For measures without bounds, of which a few cells would decide a mean: the median over seeds
   * for each cell, then median and quartiles over cells.
   */
  MEDIAN;

  /** The statistic that a few cells cannot decide. */
  public static Statistic of(Quantity quantity) {
    return quantity.form() == Quantity.Form.INDICATOR
        ? SHARE
        : quantity.range().isBounded() ? MEAN : MEDIAN;
  }

  /** The quantity's statistic over cells. */
  public static Estimate of(Quantity quantity, List<Cell> cells) {
    return of(quantity) == MEDIAN
        ? median(cells, row -> row.number(quantity))
        : mean(overSeeds(cells, row -> row.number(quantity)));
  }

  /** A column's title: {@code R² vanilla, median}. */
  public static String heading(Quantity quantity) {
    return of(quantity) == MEDIAN ? quantity.title() + ", median" : quantity.title();
  }

  /** The title of a column whose medians stand beside their quartiles. */
  public static String headingOfQuartiles(Quantity quantity) {
    return heading(quantity) + (of(quantity) == MEDIAN ? " (quartiles)" : "");
  }

  /** As tables show the quantity over cells; a dash if it was not measured. */
  public static String text(Quantity quantity, List<Cell> cells) {
    return text(quantity, of(quantity, cells));
  }

  /** As tables show an estimate of the quantity; a dash if it was not measured. */
  public static String text(Quantity quantity, Estimate estimate) {
    return of(quantity) == SHARE && estimate.measured() ? estimate.percent() : estimate.text();
  }

  /** The quantity's mean or median over the seeds of one cell; NaN if empty. */
  public static double center(Quantity quantity, Sample seeds) {
    return of(quantity) == MEDIAN ? seeds.median() : seeds.mean();
  }

  /** Of one number a seed, in [0, 1]; without bounds if all are equal, as without a stitch. */
  public static Estimate mean(Sample seeds) {
    double mean = seeds.mean();
    if (seeds.size() < 2 || seeds.quantile(0) == seeds.quantile(1)) {
      return Estimate.of(mean);
    }
    if (seeds.size() == 2) {
      return new Estimate(mean, seeds.quantile(0), seeds.quantile(1), Estimate.Bounds.RANGE);
    }
    double half = seeds.halfInterval();
    return new Estimate(
        mean, Math.max(0, mean - half), Math.min(1, mean + half), Estimate.Bounds.INTERVAL);
  }

  private static Estimate median(List<Cell> cells, Function<Cell, @Nullable Double> value) {
    Sample sample = new Sample();
    for (List<Cell> seeds : CellKey.group(cells).values()) {
      Sample cell = Sample.of(seeds, value);
      if (cell.size() > 0) {
        sample.add(cell.median());
      }
    }
    return sample.size() < 2
        ? Estimate.of(sample.median())
        : new Estimate(
            sample.median(),
            sample.quantile(0.25),
            sample.quantile(0.75),
            Estimate.Bounds.QUARTILES);
  }

  /** Each seed's mean over its cells, as one sample. */
  private static Sample overSeeds(List<Cell> cells, Function<Cell, @Nullable Double> value) {
    Map<Long, List<Cell>> seeds = new LinkedHashMap<>();
    for (Cell cell : cells) {
      seeds.computeIfAbsent(cell.place().getSeed(), absent -> new ArrayList<>()).add(cell);
    }
    Sample sample = new Sample();
    for (List<Cell> seed : seeds.values()) {
      Sample ofSeed = Sample.of(seed, value);
      if (ofSeed.size() > 0) {
        sample.add(ofSeed.mean());
      }
    }
    return sample;
  }
}
