package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

class NeighborsTest {
  private static final long SEED = 23;

  private final Random random = new Random(SEED);

  @Test
  void overlap_twoClustersOfEleven_areAllOfOneCluster() {
    double[] line = IntStream.range(0, 22).mapToDouble(i -> i < 11 ? i : 1000 + i).toArray();
    double[] mirrored = Arrays.stream(line).map(x -> 5 - 3 * x).toArray();
    assertThat(overlap(line, mirrored)).isEqualTo(1);
    // Even and odd places: five or six of the eleven lie in the same cluster of both.
    // Each of six has five of ten neighbours there, each of five has four
    double[] mixed = IntStream.range(0, 22).mapToDouble(i -> i % 2 == 0 ? i : 1000 + i).toArray();
    assertThat(overlap(line, mixed)).isEqualTo(2 * (6 * 0.5 + 5 * 0.4) / 22, within(1e-12));
  }

  @Test
  void overlap_permuted_isByPlainSortingTheSame() {
    int n = 40;
    double[][] x = gaussian(n);
    double[][] y = gaussian(n);
    for (int i = 0; i < n; i++) {
      y[i][0] = x[i][0];
    }
    assertIsByPlainSorting(x, y);
  }

  @Test
  void overlap_equalDistances_areOrderedByPlace() {
    int n = 60;
    double[][] labels = new double[n][2];
    for (double[] row : labels) {
      row[random.nextInt(2)] = 0.7; // a square that is not exact
    }
    assertIsByPlainSorting(labels, gaussian(n));
    assertIsByPlainSorting(gaussian(n), labels);
  }

  private static void assertIsByPlainSorting(double[][] x, double[][] y) {
    int n = x.length;
    int[] order = IntStream.range(0, n).map(i -> (i * 7 + 3) % n).toArray();
    double shared = 0;
    for (int i = 0; i < n; i++) {
      Set<Integer> both = new HashSet<>();
      sorted(x, i).forEach(j -> both.add(order[j]));
      both.retainAll(sorted(y, order[i]));
      shared += both.size() / 10. / n;
    }
    assertThat(of(x).overlap(of(y), order)).as("seed " + SEED).isEqualTo(shared, within(1e-12));
  }

  @Test
  void overlap_fewOrConstant_isUndefined() {
    double[] twenty = IntStream.range(0, 20).mapToDouble(i -> i).toArray();
    assertThat(overlap(twenty, twenty)).isNaN();
    double[] line = IntStream.range(0, 21).mapToDouble(i -> i).toArray();
    assertThat(overlap(line, line)).isEqualTo(1);
    assertThat(overlap(line, new double[21])).isNaN();
    assertThat(overlap(new double[21], line)).isNaN();
  }

  private static List<Integer> sorted(double[][] x, int from) {
    return IntStream.range(0, x.length)
        .boxed()
        .filter(j -> j != from)
        .sorted(
            Comparator.comparingDouble(j -> Math.hypot(x[from][0] - x[j][0], x[from][1] - x[j][1])))
        .limit(10)
        .collect(Collectors.toList());
  }

  private double[][] gaussian(int n) {
    double[][] x = new double[n][2];
    for (double[] row : x) {
      row[0] = random.nextGaussian();
      row[1] = random.nextGaussian();
    }
    return x;
  }

  private static double overlap(double[] x, double[] y) {
    return of(column(x)).overlap(of(column(y)), IntStream.range(0, x.length).toArray());
  }

  private static double[][] column(double[] x) {
    return Arrays.stream(x).mapToObj(value -> new double[] {value}).toArray(double[][]::new);
  }

  private static Neighbors of(double[][] rows) {
    DMatrixRMaj columns = new DMatrixRMaj(rows);
    CommonOps_DDRM.transpose(columns);
    return Neighbors.of(columns, Arrays.stream(rows).anyMatch(row -> row[0] != rows[0][0]));
  }
}
