package io.stitchflow.report.cells;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Numbers, added one at a time. */
public final class Sample {
  private final List<Double> values = new ArrayList<>();

  /** A number of each row; those that were not measured or are no numbers are left out. */
  public static Sample of(List<Cell> rows, Function<Cell, @Nullable Double> value) {
    Sample sample = new Sample();
    for (Cell row : rows) {
      Double number = value.apply(row);
      if (number != null && !number.isNaN()) {
        sample.add(number);
      }
    }
    return sample;
  }

  public void add(double value) {
    values.add(value);
  }

  public int size() {
    return values.size();
  }

  /** NaN if empty. */
  public double mean() {
    double sum = 0;
    for (double value : values) {
      sum += value - values.get(0);
    }
    return size() == 0 ? Double.NaN : size() == 1 ? values.get(0) : values.get(0) + sum / size();
  }

  /** NaN if empty. */
  public double median() {
    return quantile(0.5);
  }

  /** Linear between neighbours in order, from the lowest at 0 to the highest at 1; NaN if empty. */
  public double quantile(double share) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    double place = share * (size() - 1);
    int below = (int) place;
    double low = sorted.get(below);
    double rest = place - below;
    return rest == 0 || !Double.isFinite(low) ? low : low + rest * (sorted.get(below + 1) - low);
  }

  /** Standard deviation with n - 1 in the denominator; 0 for fewer than two numbers. */
  double deviation() {
    double mean = mean();
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return size() < 2 ? 0 : Math.sqrt(squares / (size() - 1));
  }

  /**
   * Half the width of the 95 % interval of the mean, by Student's t; 0 for fewer than two numbers,
   * which have none.
   */
  double halfInterval() {
    return size() < 2 ? 0 : StudentT.quantile975(size() - 1) * deviation() / Math.sqrt(size());
  }
}
