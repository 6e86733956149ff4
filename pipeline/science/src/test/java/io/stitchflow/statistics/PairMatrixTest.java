package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows are examples. */
class PairMatrixTest {
  private static final long SEED = 17;

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @CsvSource({"32, 0.20", "64, 0.11", "128, 0.06", "256, 0.03"})
  void cka_ofIndependentVectors_isZeroWhereThePlugInGrowsWithFewerExamples(
      int examples, double expected) {
    int draws = 40;
    double unbiased = 0;
    double plugIn = 0;
    for (int i = 0; i < draws; i++) {
      DMatrixRMaj x = gaussian(examples, 8);
      DMatrixRMaj y = gaussian(examples, 8);
      unbiased += cka(x, y) / draws;
      plugIn += plugIn(x, y) / draws;
    }
    assertThat(plugIn).as("seed " + SEED).isEqualTo(expected, within(0.01));
    assertThat(unbiased).as("seed " + SEED).isEqualTo(0, within(0.01));
  }

  @ParameterizedTest
  @CsvSource({"4", "7", "30"})
  void cka_any_isTheQuotientOfSongsEstimates(int examples) {
    DMatrixRMaj x = gaussian(examples, 3);
    DMatrixRMaj y = plus(x, gaussian(examples, 3));
    double quotient = song(x, y) / Math.sqrt(song(x, x) * song(y, y));
    assertThat(cka(x, y)).as("seed " + SEED).isEqualTo(quotient, within(1e-9));
  }

  @Test
  void cka_sevenExamples_isTheMeanOverAllQuadruples() {
    DMatrixRMaj x = gaussian(7, 2);
    DMatrixRMaj y = plus(x, gaussian(7, 2));
    double quotient = quadruples(x, y) / Math.sqrt(quadruples(x, x) * quadruples(y, y));
    assertThat(cka(x, y)).as("seed " + SEED).isEqualTo(quotient, within(1e-9));
  }

  @Test
  void cka_rotatedScaledAndMoved_isTheSame() {
    DMatrixRMaj x = gaussian(50, 4);
    DMatrixRMaj y = plus(x, gaussian(50, 4));
    DMatrixRMaj turned = new DMatrixRMaj(50, 4);
    CommonOps_DDRM.mult(7, y, RandomMatrices_DDRM.orthogonal(4, 4, random), turned);
    DMatrixRMaj moved = turned.copy();
    CommonOps_DDRM.add(moved, 30);
    assertThat(cka(x, turned)).isEqualTo(cka(x, y), within(1e-9)).isBetween(0.2, 0.8);
    assertThat(cka(x, moved)).isEqualTo(cka(x, y), within(1e-9));
    assertThat(cka(y, moved)).isEqualTo(1, within(1e-9));
    int[] labels = labels(50, 3);
    assertThat(withinClasses(x, moved, labels))
        .isEqualTo(withinClasses(x, y, labels), within(1e-9));
    assertThat(withinClasses(y, moved, labels)).isEqualTo(1, within(1e-9));
  }

  @Test
  void product_permuted_isThatOfPermutedVectors() {
    int[] order = {3, 1, 4, 0, 5, 2};
    DMatrixRMaj x = gaussian(6, 2);
    DMatrixRMaj y = gaussian(6, 2);
    DMatrixRMaj permuted = new DMatrixRMaj(6, 2);
    for (int i = 0; i < 6; i++) {
      CommonOps_DDRM.extract(y, order[i], order[i] + 1, 0, 2, permuted, i, 0);
    }
    assertThat(PairMatrix.unbiased(gram(x), 0).product(PairMatrix.unbiased(gram(y), 0), order))
        .isEqualTo(cka(x, permuted), within(1e-9));
  }

  @Test
  void withinClasses_any_isTheMeanOverPairsOfClasses() {
    int[] labels = {0, 1, 0, 1, 2, 0, 1, 0, 2, 1, 1, 2, 0, 2, 7};
    DMatrixRMaj x = gaussian(labels.length, 3);
    DMatrixRMaj y = plus(x, gaussian(labels.length, 2, 3));
    double quotient =
        overPairsOfClasses(x, y, labels)
            / Math.sqrt(overPairsOfClasses(x, x, labels) * overPairsOfClasses(y, y, labels));
    assertThat(withinClasses(x, y, labels)).as("seed " + SEED).isEqualTo(quotient, within(1e-9));
  }

  @Test
  void withinClasses_oneClass_isTheUnbiasedCka() {
    DMatrixRMaj x = gaussian(12, 3);
    DMatrixRMaj y = plus(x, gaussian(12, 3));
    assertThat(withinClasses(x, y, new int[12])).isEqualTo(cka(x, y), within(1e-9));
  }

  @Test
  void withinClasses_onlyClassesInCommon_isZeroWhereTheCkaIsHigh() {
    int draws = 40;
    double all = 0;
    double ofResiduals = 0;
    double inClasses = 0;
    int[] labels = labels(60, 15);
    for (int draw = 0; draw < draws; draw++) {
      DMatrixRMaj x = gaussian(60, 32);
      DMatrixRMaj y = gaussian(60, 32);
      ofResiduals += cka(residuals(x, 15), residuals(y, 15)) / draws;
      for (int i = 0; i < labels.length; i++) {
        x.add(i, labels[i], 10);
        y.add(i, labels[i], 10);
      }
      all += cka(x, y) / draws;
      inClasses += withinClasses(x, y, labels) / draws;
    }
    assertThat(all).as("seed " + SEED).isGreaterThan(0.5);
    assertThat(inClasses).as("seed " + SEED).isEqualTo(0, within(0.02));
    // Residuals of one class are correlated: (15 - 1) classes * 32 / 60^2
    assertThat(ofResiduals).as("seed " + SEED).isEqualTo(0.124, within(0.03));
  }

  /** Minus the mean of the class, example i of class i modulo {@code classes}. */
  private static DMatrixRMaj residuals(DMatrixRMaj x, int classes) {
    DMatrixRMaj residuals = x.copy();
    int each = x.numRows / classes;
    for (int i = 0; i < x.numRows; i++) {
      for (int j = i % classes; j < x.numRows; j += classes) {
        for (int feature = 0; feature < x.numCols; feature++) {
          residuals.add(i, feature, -x.get(j, feature) / each);
        }
      }
    }
    return residuals;
  }

  @Test
  void cka_undefined_isNaN() {
    DMatrixRMaj three = gaussian(3, 2);
    assertThat(cka(three, three)).isNaN();
    DMatrixRMaj constant = new DMatrixRMaj(10, 2);
    CommonOps_DDRM.fill(constant, 0.1);
    assertThat(cka(constant, gaussian(10, 2))).isNaN();
    // no class has four examples
    DMatrixRMaj six = gaussian(6, 2);
    assertThat(withinClasses(six, six, new int[] {0, 0, 0, 1, 1, 1})).isNaN();
    // nothing but the class
    int[] labels = labels(12, 3);
    DMatrixRMaj classes = new DMatrixRMaj(12, 1);
    for (int i = 0; i < 12; i++) {
      classes.set(i, 0, labels[i]);
    }
    assertThat(withinClasses(classes, gaussian(12, 2), labels)).isNaN();
  }

  private static double cka(DMatrixRMaj x, DMatrixRMaj y) {
    return PairMatrix.unbiased(gram(x), rounding(x))
        .product(PairMatrix.unbiased(gram(y), rounding(y)), identity(x.numRows));
  }

  private static double withinClasses(DMatrixRMaj x, DMatrixRMaj y, int[] labels) {
    return PairMatrix.withinClasses(gram(x), labels, rounding(x))
        .product(PairMatrix.withinClasses(gram(y), labels, rounding(y)), identity(x.numRows));
  }

  /** About the mean, as {@link ExampleVectors} has it. */
  private static DMatrixRMaj gram(DMatrixRMaj x) {
    DMatrixRMaj centered = x.copy();
    for (int j = 0; j < x.numCols; j++) {
      double mean = 0;
      for (int i = 0; i < x.numRows; i++) {
        mean += x.get(i, j) / x.numRows;
      }
      for (int i = 0; i < x.numRows; i++) {
        centered.add(i, j, -mean);
      }
    }
    return outer(centered);
  }

  private static DMatrixRMaj outer(DMatrixRMaj x) {
    DMatrixRMaj gram = new DMatrixRMaj(x.numRows, x.numRows);
    CommonOps_DDRM.multTransB(x, x, gram);
    return gram;
  }

  private static double rounding(DMatrixRMaj x) {
    return 1e-12 * CommonOps_DDRM.elementSumAbs(outer(x));
  }

  /** |C_xy|² / (|C_xx| |C_yy|) by sums over pairs of examples. */
  private static double plugIn(DMatrixRMaj x, DMatrixRMaj y) {
    DMatrixRMaj k = gram(x);
    DMatrixRMaj l = gram(y);
    return sumOfProducts(k, l) / Math.sqrt(sumOfProducts(k, k) * sumOfProducts(l, l));
  }

  private static double sumOfProducts(DMatrixRMaj k, DMatrixRMaj l) {
    return IntStream.range(0, k.getNumElements()).mapToDouble(i -> k.get(i) * l.get(i)).sum();
  }

  /** [tr(KL) + 1'K1 1'L1 / ((n-1)(n-2)) - 2 1'KL1 / (n-2)] / (n(n-3)), diagonals 0. */
  private static double song(DMatrixRMaj x, DMatrixRMaj y) {
    int n = x.numRows;
    DMatrixRMaj k = outer(x);
    DMatrixRMaj l = outer(y);
    double[] ofK = new double[n];
    double[] ofL = new double[n];
    double trace = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (i != j) {
          trace += k.get(i, j) * l.get(i, j);
          ofK[i] += k.get(i, j);
          ofL[i] += l.get(i, j);
        }
      }
    }
    double product = 0;
    for (int i = 0; i < n; i++) {
      product += ofK[i] * ofL[i];
    }
    double sums = Arrays.stream(ofK).sum() * Arrays.stream(ofL).sum();
    return (trace + sums / ((n - 1.) * (n - 2)) - 2 * product / (n - 2)) / (n * (n - 3.));
  }

  /** The mean over distinct i, j, q, r of k_ij (l_ij + l_qr - 2 l_iq). */
  private static double quadruples(DMatrixRMaj x, DMatrixRMaj y) {
    DMatrixRMaj k = outer(x);
    DMatrixRMaj l = outer(y);
    int n = x.numRows;
    double sum = 0;
    int count = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int q = 0; q < n; q++) {
          for (int r = 0; r < n; r++) {
            if (IntStream.of(i, j, q, r).distinct().count() == 4) {
              sum += k.get(i, j) * (l.get(i, j) + l.get(q, r) - 2 * l.get(i, q));
              count++;
            }
          }
        }
      }
    }
    return sum / count;
  }

  /** Covariances of two classes by their examples, of one class by {@link #song}. */
  private static double overPairsOfClasses(DMatrixRMaj x, DMatrixRMaj y, int[] labels) {
    double total = 0;
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b < 3; b++) {
        DMatrixRMaj ofA = covariance(x, y, labels, a);
        DMatrixRMaj ofB = covariance(x, y, labels, b);
        double product =
            a == b ? song(examples(x, labels, a), examples(y, labels, a)) : sumOfProducts(ofA, ofB);
        total += product * count(labels, a) * count(labels, b);
      }
    }
    return total;
  }

  private static DMatrixRMaj covariance(DMatrixRMaj x, DMatrixRMaj y, int[] labels, int label) {
    DMatrixRMaj a = examples(x, labels, label);
    DMatrixRMaj b = examples(y, labels, label);
    DMatrixRMaj covariance = new DMatrixRMaj(x.numCols, y.numCols);
    for (int i = 0; i < a.numRows; i++) {
      for (int j = 0; j < a.numRows; j++) {
        for (int p = 0; p < x.numCols; p++) {
          for (int q = 0; q < y.numCols; q++) {
            double product = (a.get(i, p) - a.get(j, p)) * (b.get(i, q) - b.get(j, q));
            covariance.add(p, q, product / (2. * a.numRows * (a.numRows - 1)));
          }
        }
      }
    }
    return covariance;
  }

  private static int count(int[] labels, int label) {
    return (int) Arrays.stream(labels).filter(each -> each == label).count();
  }

  private static DMatrixRMaj examples(DMatrixRMaj x, int[] labels, int label) {
    DMatrixRMaj chosen = new DMatrixRMaj(count(labels, label), x.numCols);
    int row = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] == label) {
        CommonOps_DDRM.extract(x, i, i + 1, 0, x.numCols, chosen, row++, 0);
      }
    }
    return chosen;
  }

  private static int[] labels(int examples, int classes) {
    return IntStream.range(0, examples).map(i -> i % classes).toArray();
  }

  private static int[] identity(int examples) {
    return IntStream.range(0, examples).toArray();
  }

  private DMatrixRMaj gaussian(int examples, int features) {
    return gaussian(examples, 1, features);
  }

  private DMatrixRMaj gaussian(int examples, double deviation, int features) {
    DMatrixRMaj x = new DMatrixRMaj(examples, features);
    for (int i = 0; i < x.getNumElements(); i++) {
      x.set(i, deviation * random.nextGaussian());
    }
    return x;
  }

  private static DMatrixRMaj plus(DMatrixRMaj a, DMatrixRMaj b) {
    DMatrixRMaj sum = a.copy();
    CommonOps_DDRM.addEquals(sum, b);
    return sum;
  }
}
