package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.statistics.PermutationNull.Calibrated;
import java.util.Arrays;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

class PermutationNullTest {
  private static final long SEED = 29;

  private final Random random = new Random(SEED);

  @Test
  void calibrate_scoreAmongItsNull_countsThoseThatAreAtLeastIt() {
    // Scores in the order of calls: the own one, then 0.00, 0.01, ... 0.99
    assertThat(calibrated(0.95)).isEqualTo(new Calibrated(0.95, 0, 6 / 101.));
    // The 96th of 0.00 ... 0.94, 0.95, 0.955, 0.96 ...
    assertThat(calibrated(0.955).calibrated()).isEqualTo(0.005 / 0.05, within(1e-9));
    assertThat(calibrated(0.955).p()).isEqualTo(5 / 101.);
    assertThat(calibrated(1)).isEqualTo(new Calibrated(1, 1, 1 / 101.));
    assertThat(calibrated(-1)).isEqualTo(new Calibrated(-1, 0, 1));
    assertThat(calibrated(Double.NaN).p()).isNaN();
  }

  private static Calibrated calibrated(double score) {
    int[] calls = {0};
    return new PermutationNull(5)
        .calibrate(order -> calls[0]++ == 0 ? score : (calls[0] - 2) / 100.);
  }

  @Test
  void calibrate_anyNumberOfExamples_triesTheSamePermutations() {
    int[] calls = {0};
    new PermutationNull(30)
        .calibrate(
            order -> {
              calls[0]++;
              int[] sorted = order.clone();
              Arrays.sort(sorted);
              assertThat(sorted).containsExactly(new PermutationNull(30).identity());
              return 0;
            });
    assertThat(calls[0]).isEqualTo(101);
    assertThat(sums(30)).isEqualTo(sums(30));
  }

  /** Differ for other permutations. */
  private static double sums(int examples) {
    double[] sums = {0};
    new PermutationNull(examples)
        .calibrate(
            order -> {
              sums[0] = sums[0] * 0.9 + Arrays.hashCode(order);
              return 0;
            });
    return sums[0];
  }

  @Test
  void calibrate_equalRepresentations_hasTheLeastPAndIsOne() {
    ExampleGeometry x = gaussian(40);
    assertThat(cka(x, x).p()).isEqualTo(1 / 101.);
    assertThat(cka(x, x).calibrated()).isEqualTo(1, within(1e-9));
    assertThat(neighbors(x, x)).isEqualTo(new Calibrated(1, 1, 1 / 101.));
  }

  @Test
  void calibrate_independentRepresentations_hasUniformP() {
    int draws = 200;
    double[] cka = new double[draws];
    double[] neighbors = new double[draws];
    int calibrated = 0;
    for (int i = 0; i < draws; i++) {
      ExampleGeometry x = gaussian(40);
      ExampleGeometry y = gaussian(40);
      cka[i] = cka(x, y).p();
      neighbors[i] = neighbors(x, y).p();
      calibrated += cka(x, y).calibrated() > 0 ? 1 : 0;
    }
    for (double[] p : new double[][] {cka, neighbors}) {
      // Three deviations of a binomial count are 18 at a quarter and 21 at a half
      assertThat(share(p, 0.25)).as("seed " + SEED).isEqualTo(0.25, within(0.1));
      assertThat(share(p, 0.5)).as("seed " + SEED).isEqualTo(0.5, within(0.11));
      assertThat(share(p, 0.75)).as("seed " + SEED).isEqualTo(0.75, within(0.1));
    }
    assertThat((double) calibrated / draws).as("seed " + SEED).isLessThan(0.1);
  }

  private static double share(double[] p, double atMost) {
    return Arrays.stream(p).filter(each -> each <= atMost).count() / (double) p.length;
  }

  private static Calibrated cka(ExampleGeometry x, ExampleGeometry y) {
    return new PermutationNull(x.examples())
        .calibrate(order -> x.unbiased().product(y.unbiased(), order));
  }

  private static Calibrated neighbors(ExampleGeometry x, ExampleGeometry y) {
    return new PermutationNull(x.examples())
        .calibrate(order -> x.neighbors().overlap(y.neighbors(), order));
  }

  private ExampleGeometry gaussian(int examples) {
    DMatrixRMaj columns = new DMatrixRMaj(6, examples);
    for (int i = 0; i < columns.getNumElements(); i++) {
      columns.set(i, random.nextGaussian());
    }
    return ExampleGeometry.of(columns, new int[examples]);
  }
}
