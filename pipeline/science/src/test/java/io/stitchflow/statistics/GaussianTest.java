package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class GaussianTest {
  private static Gaussian fit(double ridge, double[]... batches) {
    Gaussian.Fit fit = new Gaussian.Fit(2);
    for (double[] batch : batches) {
      fit.add(batch);
    }
    return Objects.requireNonNull(fit.gaussian(ridge));
  }

  @Test
  void scores_ofFourPointsAboutTheirMean_areSquaredMahalanobisDistances() {
    // Mean (10, 20), variances 2 and 1/2
    Gaussian gaussian = fit(0, new double[] {12, 20, 8, 20}, new double[] {10, 21, 10, 19});
    assertThat(gaussian.scores(new double[] {10, 20, 14, 20, 9, 22}))
        .containsExactly(new double[] {0, 8, 8.5}, within(1e-9));
  }

  @Test
  void scores_withRidge_addsItsShareOfTheMeanVariance() {
    // Variances 2 and 0, of mean 1: the ridge is .1
    Gaussian gaussian = fit(0.1, new double[] {12, 3, 8, 3, 10, 3}, new double[] {10, 3});
    assertThat(gaussian.scores(new double[] {11, 3, 10, 4}))
        .containsExactly(new double[] {1 / 2.1, 10}, within(1e-9));
  }

  @Test
  void gaussian_constantVectors_isUndefined() {
    Gaussian.Fit fit = new Gaussian.Fit(2);
    fit.add(new double[] {0.1, 0.7, 0.1, 0.7, 0.1, 0.7});
    assertThat(fit.gaussian(1e-3)).isNull();
  }
}
