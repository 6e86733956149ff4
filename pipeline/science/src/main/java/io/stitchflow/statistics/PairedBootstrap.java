package io.stitchflow.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * 95 % intervals of statistics of sums over examples, by 1,000 resamples of the examples: the
 * percentile bootstrap of <a href="https://doi.org/10.1214/aos/1176344552">Efron 1979</a>. All
 * values of an example are resampled together, so that differences between stitches are paired. The
 * draws depend on the number of examples alone.
 */
public final class PairedBootstrap {
  private static final int RESAMPLES = 1_000;
  private static final int OUTSIDE = RESAMPLES * 25 / 1_000;

  private final double[][] sums;

  /** Where a statistic lies with 95 % confidence; NaN where one resample leaves it undefined. */
  public record Interval(double low, double high) {}

  private PairedBootstrap(double[][] sums) {
    this.sums = sums;
  }

  /**
   * Resamples examples.
   *
   * @param values of each measure by example; at least one measure, all of one length above 0
   */
  public static PairedBootstrap of(List<double[]> values) {
    int examples = values.get(0).length;
    int measures = values.size();
    // By example, so that a draw reads one place of memory
    double[] byExample = new double[Math.multiplyExact(examples, measures)];
    for (int measure = 0; measure < measures; measure++) {
      for (int i = 0; i < examples; i++) {
        byExample[i * measures + measure] = values.get(measure)[i];
      }
    }
    SplittableRandom random = new SplittableRandom(1);
    double[][] sums = new double[RESAMPLES][measures];
    for (double[] sum : sums) {
      for (int draw = 0; draw < examples; draw++) {
        int from = random.nextInt(examples) * measures;
        for (int measure = 0; measure < measures; measure++) {
          sum[measure] += byExample[from + measure];
        }
      }
    }
    return new PairedBootstrap(sums);
  }

  /**
   * The interval of a statistic: its 26th smallest and 26th largest value.
   *
   * @param statistic of the sums of all measures over examples, in their order
   */
  public Interval interval(ToDoubleFunction<double[]> statistic) {
    double[] all = Arrays.stream(sums).mapToDouble(statistic).sorted().toArray();
    boolean defined = Arrays.stream(all).noneMatch(Double::isNaN);
    return defined
        ? new Interval(all[OUTSIDE], all[RESAMPLES - 1 - OUTSIDE])
        : new Interval(Double.NaN, Double.NaN);
  }
}
