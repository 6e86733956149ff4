package io.stitchflow.statistics;

import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** A matrix of a test, with which a formula reads as in a book. */
public record Matrix(DMatrixRMaj data) {
  public static Matrix zeros(int rows, int columns) {
    return new Matrix(new DMatrixRMaj(rows, columns));
  }

  public static Matrix identity(int size) {
    return new Matrix(CommonOps_DDRM.identity(size));
  }

  /** Independent normal numbers. */
  public static Matrix normal(Random random, int rows, int columns) {
    Matrix normal = zeros(rows, columns);
    for (int i = 0; i < rows * columns; i++) {
      normal.data.set(i, random.nextGaussian());
    }
    return normal;
  }

  public int rows() {
    return data.numRows;
  }

  public int columns() {
    return data.numCols;
  }

  public double get(int row, int column) {
    return data.get(row, column);
  }

  public Matrix times(Matrix other) {
    return new Matrix(CommonOps_DDRM.mult(data, other.data, null));
  }

  public Matrix times(double number) {
    DMatrixRMaj scaled = data.copy();
    CommonOps_DDRM.scale(number, scaled);
    return new Matrix(scaled);
  }

  public Matrix plus(Matrix other) {
    return new Matrix(CommonOps_DDRM.add(data, other.data, null));
  }

  public Matrix plus(double number) {
    DMatrixRMaj moved = data.copy();
    CommonOps_DDRM.add(moved, number);
    return new Matrix(moved);
  }

  public Matrix minus(Matrix other) {
    return plus(other.times(-1));
  }

  public Matrix transposed() {
    return new Matrix(CommonOps_DDRM.transpose(data, null));
  }

  public Matrix pseudoInverse() {
    DMatrixRMaj inverse = new DMatrixRMaj(columns(), rows());
    CommonOps_DDRM.pinv(data, inverse);
    return new Matrix(inverse);
  }

  public Matrix firstColumns(int count) {
    return new Matrix(CommonOps_DDRM.extract(data, 0, rows(), 0, count));
  }

  public Matrix firstRows(int count) {
    return new Matrix(CommonOps_DDRM.extract(data, 0, count, 0, columns()));
  }

  /** The columns of these numbers, in their order. */
  public Matrix chosenColumns(int... numbers) {
    Matrix chosen = zeros(rows(), numbers.length);
    for (int j = 0; j < numbers.length; j++) {
      for (int i = 0; i < rows(); i++) {
        chosen.data.set(i, j, get(i, numbers[j]));
      }
    }
    return chosen;
  }

  /** V of the singular value decomposition USV', by descending singular values. */
  public Matrix rightSingularVectors() {
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(rows(), columns(), true, true, false);
    if (!svd.decompose(data.copy())) {
      throw new IllegalStateException("no singular values");
    }
    DMatrixRMaj u = svd.getU(null, false);
    DMatrixRMaj v = svd.getV(null, false);
    SingularOps_DDRM.descendingOrder(u, false, svd.getW(null), v, false);
    return new Matrix(v);
  }

  /** The mean of each column, [1, columns]. */
  public Matrix means() {
    return zeros(1, rows()).plus(1. / rows()).times(this);
  }

  /** About the means of columns. */
  public Matrix centred() {
    return minus(zeros(rows(), 1).plus(1).times(means()));
  }

  /** Sum of squares. */
  public double square() {
    return CommonOps_DDRM.dot(column(), column());
  }

  private DMatrixRMaj column() {
    return DMatrixRMaj.wrap(data.getNumElements(), 1, data.data);
  }
}
