package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.representation.Parts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

class CopySolutionTest {
  private static final double TOLERANCE = 1e-12;

  @Test
  void solve_affineTarget_findsTheMapWithoutPenalty() {
    Random random = new Random(1);
    double[][] x = rows(50, i -> new double[] {random.nextGaussian(), 1e4 * random.nextGaussian()});
    CopySolution copy =
        CopySolution.of(
            split(x, row -> 2 * row[0] - row[1] + 7, row -> row[1]),
            TOLERANCE,
            new SharedEigenvectors());
    assertThat(copy.penalty()).isZero();
    assertThat(copy.weights().data).containsExactly(new double[] {2, 0, -1, 1, 7, 0}, within(1e-6));
    assertThat(copy.trainR2()).isEqualTo(1, within(1e-12));
    assertThat(copy.heldOutR2()).isEqualTo(1, within(1e-12));
  }

  @Test
  void solve_deadAndDuplicatedChannels_isTheShortestSolution() {
    Random random = new Random(2);
    double[][] x =
        rows(
            50,
            i -> {
              double value = random.nextGaussian();
              // dead at 0 and at another number
              return new double[] {value, 0, value, 1e4};
            });
    CopySolution copy =
        CopySolution.of(split(x, row -> 3 * row[0] + 1), TOLERANCE, new SharedEigenvectors());
    assertThat(copy.penalty()).isZero();
    assertThat(copy.weights().data).containsExactly(new double[] {1.5, 0, 1.5, 0, 1}, within(1e-9));
  }

  @Test
  void solve_nothingButDeadChannels_isTheMeanOfTheExamplesFitted() {
    double[][] x = rows(10, i -> new double[] {0});
    int[] next = {0};
    CopySolution copy =
        CopySolution.of(split(x, row -> next[0]++), TOLERANCE, new SharedEigenvectors());
    assertThat(copy.weights().data).containsExactly(new double[] {0, 4}, within(1e-12));
  }

  @Test
  void solve_fewerThanFiveExamples_holdsNoneOutAndIsOrdinaryLeastSquares() {
    double[][] x = {{1}, {2}, {3}, {4}};
    CopySolution copy =
        CopySolution.of(split(x, row -> row[0] * row[0]), TOLERANCE, new SharedEigenvectors());
    assertThat(copy.penalty()).isZero();
    assertThat(copy.heldOutR2()).isNaN();
    // the line through 1, 4, 9, 16
    assertThat(copy.weights().data).containsExactly(new double[] {5, -5}, within(1e-9));
  }

  @Test
  void ridge_anyPenalty_isWhereTheGradientOverTheDataIsZero() {
    Random random = new Random(3);
    double[][] x =
        rows(
            40,
            i ->
                new double[] {
                  3 + random.nextGaussian(), 5 * random.nextGaussian(), random.nextGaussian()
                });
    double[][] y = targets(x, row -> row[0] + random.nextGaussian(), row -> row[2]);
    Ridge ridge = Ridge.of(MomentsTest.moments(withOnes(x), y), new SharedEigenvectors());
    for (double penalty : new double[] {1e-6, 1e-2, 1}) {
      DMatrixRMaj w = ridge.penalized(penalty);
      for (int channel = 0; channel < 2; channel++) {
        // The loss is strictly convex: no other weights have this gradient
        double[] gradient = new double[4];
        for (int row = 0; row < x.length; row++) {
          double error = w.get(3, channel) - y[row][channel];
          for (int i = 0; i < 3; i++) {
            error += x[row][i] * w.get(i, channel);
          }
          for (int i = 0; i < 3; i++) {
            gradient[i] += error * x[row][i] / x.length;
          }
          gradient[3] += error / x.length;
        }
        for (int i = 0; i < 3; i++) {
          gradient[i] += penalty * largestVariance(x) * w.get(i, channel);
        }
        assertThat(gradient).containsExactly(new double[4], within(1e-9));
      }
    }
  }

  @Test
  void solve_senderScaledOrPermuted_predictsTheSame() {
    Random random = new Random(4);
    double[][] x =
        rows(60, i -> new double[] {random.nextGaussian(), random.nextGaussian(), i % 3});
    double[][] y = targets(x, row -> row[0] + row[1] + random.nextGaussian());
    double[][] other = rows(60, i -> new double[] {100 * x[i][2], 100 * x[i][0], 100 * x[i][1]});
    CopySolution copy = CopySolution.of(split(x, y), TOLERANCE, new SharedEigenvectors());
    CopySolution moved = CopySolution.of(split(other, y), TOLERANCE, new SharedEigenvectors());
    assertThat(moved.penalty()).isEqualTo(copy.penalty());
    for (int i = 0; i < 3; i++) {
      assertThat(100 * moved.weights().get((i + 1) % 3, 0))
          .isEqualTo(copy.weights().get(i, 0), within(1e-9));
    }
  }

  @Test
  void solve_nearlyDeadChannel_copiesUnseenExamplesAsWellAsTheBestPenalty() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      double[][] train = rows(2000, i -> nearlyDead(random, i % 333 == 3 ? 1e-4 : 0));
      double[][] test = rows(2000, i -> nearlyDead(random, i % 333 == 3 ? 0.3 : 0));
      ToDoubleFunction<double[]> target = x -> x[0] - 2 * x[1] + random.nextGaussian() / 2;
      SplitMoments moments = split(train, targets(train, target));
      Moments unseen = MomentsTest.moments(withOnes(test), targets(test, target));
      Ridge ridge = Ridge.of(moments.total(), new SharedEigenvectors());
      double best = Double.POSITIVE_INFINITY;
      for (double penalty = 1e-12; penalty < 1; penalty *= 10) {
        best = Math.min(best, unseen.meanSquaredError(ridge.penalized(penalty)));
      }
      double error =
          unseen.meanSquaredError(
              CopySolution.of(moments, TOLERANCE, new SharedEigenvectors()).weights());
      assertThat(unseen.meanSquaredError(ridge.unpenalized(TOLERANCE)))
          .as("what the penalty is for, seed %d", seed)
          .isGreaterThan(2 * best);
      assertThat(error - best).as("seed %d", seed).isLessThan(0.005 * unseen.variance());
    }
  }

  private static double[] nearlyDead(Random random, double rare) {
    return new double[] {random.nextGaussian(), random.nextGaussian(), rare * random.nextDouble()};
  }

  @Test
  void solve_targetOfNoise_isPenalized() {
    Random random = new Random(5);
    double[][] x = rows(60, i -> random.doubles(40).toArray());
    CopySolution copy =
        CopySolution.of(
            split(x, row -> random.nextGaussian()), TOLERANCE, new SharedEigenvectors());
    assertThat(copy.penalty()).isGreaterThan(0);
    assertThat(copy.heldOutR2()).isLessThan(copy.trainR2());
    assertThat(copy.metadata().keySet()).containsExactly("held_out_r2", "ridge", "train_r2");
  }

  @Test
  void solve_sumsNotFinite_isRefusedWithTheSize() {
    SplitMoments moments = split(new double[][] {{Double.POSITIVE_INFINITY}}, row -> 1);
    assertThatThrownBy(() -> CopySolution.of(moments, TOLERANCE, new SharedEigenvectors()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of 1 inputs and 1 channels")
        .hasMessageContaining("not finite");
  }

  @Test
  void errors_anyPenalty_areThoseOfItsWeightsOnTheOtherExamples() {
    Random random = new Random(6);
    // a dead channel, which lives on the other examples, two duplicates and one nearly dead
    double[][] x = rows(50, i -> unlike(random, 0, 1e-4));
    double[][] others = rows(30, i -> unlike(random, random.nextDouble(), 0.3));
    ToDoubleFunction<double[]> noisy = row -> row[0] - row[3] + random.nextGaussian() / 4;
    ToDoubleFunction<double[]> exact = row -> 2 * row[0] + 5;
    Moments fitted = MomentsTest.moments(withOnes(x), targets(x, noisy, exact));
    Moments other = MomentsTest.moments(withOnes(others), targets(others, noisy, exact));
    Ridge ridge = Ridge.of(fitted, new SharedEigenvectors());
    double[] penalties = {0, 1e-10, 1e-6, 1e-2, 1};
    double[] errors = ridge.errors(other, penalties, TOLERANCE);
    for (int i = 0; i < penalties.length; i++) {
      DMatrixRMaj weights =
          penalties[i] == 0 ? ridge.unpenalized(TOLERANCE) : ridge.penalized(penalties[i]);
      double expected = other.meanSquaredError(weights);
      assertThat(errors[i]).as("%s", penalties[i]).isEqualTo(expected, within(1e-9 * expected));
    }
  }

  private static double[] unlike(Random random, double dead, double rare) {
    double value = random.nextGaussian();
    return new double[] {value, dead, value, rare * random.nextDouble()};
  }

  private interface RowOf {
    double[] at(int i);
  }

  private static double[][] rows(int count, RowOf row) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = row.at(i);
    }
    return rows;
  }

  @SafeVarargs
  private static double[][] targets(double[][] x, ToDoubleFunction<double[]>... channels) {
    return rows(
        x.length,
        i -> {
          double[] y = new double[channels.length];
          for (int channel = 0; channel < y.length; channel++) {
            y[channel] = channels[channel].applyAsDouble(x[i]);
          }
          return y;
        });
  }

  @SafeVarargs
  private static SplitMoments split(double[][] x, ToDoubleFunction<double[]>... channels) {
    return split(x, targets(x, channels));
  }

  private static SplitMoments split(double[][] x, double[][] y) {
    List<Moments> parts = new ArrayList<>();
    for (int[] part : Parts.of(x.length)) {
      if (part.length == 0) {
        int k = x[0].length + 1;
        parts.add(new Moments(new DMatrixRMaj(k, k), new DMatrixRMaj(k, y[0].length), 0));
      } else {
        parts.add(
            MomentsTest.moments(
                rows(part.length, i -> withOnes(x)[part[i]]), rows(part.length, i -> y[part[i]])));
      }
    }
    return new SplitMoments(parts.get(Parts.FIT), parts.get(Parts.HELD_OUT));
  }

  private static double[][] withOnes(double[][] x) {
    return rows(
        x.length,
        i -> {
          double[] row = Arrays.copyOf(x[i], x[i].length + 1);
          row[x[i].length] = 1;
          return row;
        });
  }

  /** The variance along the direction in which it is largest, by power iteration. */
  private static double largestVariance(double[][] x) {
    int n = x[0].length;
    double[] direction = new double[n];
    Arrays.fill(direction, 1);
    double length = 1;
    for (int step = 0; step < 200; step++) {
      double[] next = new double[n];
      for (double[] row : x) {
        double along = 0;
        for (int i = 0; i < n; i++) {
          along += (row[i] - mean(x, i)) * direction[i] / length;
        }
        for (int i = 0; i < n; i++) {
          next[i] += (row[i] - mean(x, i)) * along / x.length;
        }
      }
      direction = next;
      length = Math.sqrt(Arrays.stream(next).map(value -> value * value).sum());
    }
    return length;
  }

  private static double mean(double[][] rows, int column) {
    return Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElseThrow();
  }
}
