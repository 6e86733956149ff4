package io.stitchflow.statistics;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;

/**
 * Means and covariances of two representations X and Y whose positions correspond: what the R² of
 * any linear map of X onto Y depends on.
 */
public final class JointMoments {
  // [channels, 1]
  private final DMatrixRMaj meanX;
  private final DMatrixRMaj meanY;
  private final DMatrixRMaj ofX;
  private final DMatrixRMaj cross;
  private final double variance;

  private JointMoments(
      DMatrixRMaj meanX, DMatrixRMaj meanY, DMatrixRMaj ofX, DMatrixRMaj cross, double variance) {
    this.meanX = meanX;
    this.meanY = meanY;
    this.ofX = ofX;
    this.cross = cross;
    this.variance = variance;
  }

  /**
   * Those of all positions so far.
   *
   * @param products of x with y
   */
  public static JointMoments of(
      ChannelMoments x, ChannelMoments y, ChannelMoments.Products products) {
    return new JointMoments(
        mean(x), mean(y), x.covariance(), products.covariance(x, y), y.variance());
  }

  private static DMatrixRMaj mean(ChannelMoments moments) {
    double[] mean = moments.offset();
    for (int i = 0; i < mean.length; i++) {
      mean[i] += moments.shift()[i];
    }
    return DMatrixRMaj.wrap(mean.length, 1, mean);
  }

  public int channelsX() {
    return cross.numRows;
  }

  public int channelsY() {
    return cross.numCols;
  }

  /** Cov(X), [channels of X, channels of X]; not a copy. */
  DMatrixRMaj ofX() {
    return ofX;
  }

  /** Cov(X, Y), [channels of X, channels of Y]; not a copy. */
  DMatrixRMaj cross() {
    return cross;
  }

  /** Whether all is finite, and Y varies beyond rounding; without that no R² is defined. */
  public boolean isDefined() {
    return variance != 0
        && !MatrixFeatures_DDRM.hasUncountable(ofX)
        && !MatrixFeatures_DDRM.hasUncountable(cross);
  }

  /**
   * 1 − Σ (W'x + b − y)² / Σ (y − its channel's mean)², where the bias b is the best one for W on
   * the positions of {@code fitted}.
   *
   * @param w [channels of X, channels of Y]
   */
  public double r2(DMatrixRMaj w, JointMoments fitted) {
    // tr(W'Cov(X)W) − 2 tr(W'Cov(X, Y)) and what the mean of W'x + b − y adds
    DMatrixRMaj mapped = CommonOps_DDRM.mult(ofX, w, null);
    CommonOps_DDRM.addEquals(mapped, -2, cross);
    double explained = 0;
    for (int i = 0; i < mapped.getNumElements(); i++) {
      explained -= w.get(i) * mapped.get(i);
    }
    DMatrixRMaj error = CommonOps_DDRM.multTransA(w, movedX(fitted), null);
    CommonOps_DDRM.subtractEquals(error, movedY(fitted));
    return share(explained - square(error));
  }

  /**
   * The same of the projections of X onto the first r of orthonormal {@code directions}, W = V_r
   * V_r', for r = 1, 2, ...
   *
   * @param directions [channels, channels], a direction a column; X has as many channels as Y
   */
  public double[] r2OfProjections(DMatrixRMaj directions, JointMoments fitted) {
    DMatrixRMaj mapped = CommonOps_DDRM.mult(ofX, directions, null);
    DMatrixRMaj crossed = CommonOps_DDRM.mult(cross, directions, null);
    DMatrixRMaj x = CommonOps_DDRM.multTransA(directions, movedX(fitted), null);
    DMatrixRMaj y = CommonOps_DDRM.multTransA(directions, movedY(fitted), null);
    double[] r2 = new double[directions.numCols];
    double explained = -square(y);
    for (int r = 0; r < r2.length; r++) {
      for (int i = 0; i < directions.numRows; i++) {
        explained += directions.get(i, r) * (2 * crossed.get(i, r) - mapped.get(i, r));
      }
      explained += x.get(r) * (2 * y.get(r) - x.get(r));
      r2[r] = share(explained);
    }
    return r2;
  }

  /** Of the variance of Y; rounding may bring an exact map a little above 1. */
  private double share(double explained) {
    return Math.min(1, explained / variance);
  }

  private DMatrixRMaj movedX(JointMoments fitted) {
    return CommonOps_DDRM.subtract(meanX, fitted.meanX, null);
  }

  private DMatrixRMaj movedY(JointMoments fitted) {
    return CommonOps_DDRM.subtract(meanY, fitted.meanY, null);
  }

  private static double square(DMatrixRMaj vector) {
    return CommonOps_DDRM.dot(vector, vector);
  }
}
