package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.HostArray;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.ejml.data.DMatrixRMaj;

/**
 * One vector for each example: the means of a map's channels over all positions, or the features of
 * a vector. Holds a uniform sample of at most {@link #MOST} examples.
 *
 * <p>Reservoir sampling with a constant seed, so the choice depends on the number of examples
 * alone: all representations of a split are sampled at the same examples.
 */
public final class ExampleVectors {
  /** Bounds the n × n matrices: 8 MB each. */
  public static final int MOST = 1_000;

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<float[]> vectors = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();
  private int seen;

  /**
   * Adds a batch.
   *
   * @param map [examples, channels, height, width] or [examples, features], float32
   * @param labelOf class by example, counted from this batch's first
   */
  public void add(NDArray map, IntUnaryOperator labelOf) {
    if (map.getShape().dimension() == 2) {
      addVectors(map, labelOf);
    } else {
      long positions = map.getShape().get(2) * map.getShape().get(3);
      try (NDArray sums = map.sum(new int[] {2, 3});
          NDArray means = sums.div(positions)) {
        addVectors(means, labelOf);
      }
    }
  }

  private void addVectors(NDArray rows, IntUnaryOperator labelOf) {
    int examples = Math.toIntExact(rows.getShape().get(0));
    int features = Math.toIntExact(rows.getShape().get(1));
    try (HostArray values = HostArray.of(rows)) {
      FloatBuffer floats = values.bytes().asFloatBuffer();
      for (int i = 0; i < examples; i++) {
        int slot = seen < MOST ? seen : random.nextInt(seen + 1);
        seen++;
        if (slot < MOST) {
          float[] vector = new float[features];
          floats.get(i * features, vector);
          place(slot, vector, labelOf.applyAsInt(i));
        }
      }
    }
  }

  private void place(int slot, float[] vector, int label) {
    if (slot == vectors.size()) {
      vectors.add(vector);
      labels.add(label);
    } else {
      vectors.set(slot, vector);
      labels.set(slot, label);
    }
  }

  public boolean isEmpty() {
    return vectors.isEmpty();
  }

  /** Of each feature over the sampled examples, at least one. */
  public double[] mean() {
    double[] mean = new double[vectors.get(0).length];
    for (float[] vector : vectors) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= vectors.size();
    }
    return mean;
  }

  /** Of the sampled examples, at least one. */
  public ExampleGeometry geometry() {
    int examples = vectors.size();
    DMatrixRMaj columns = new DMatrixRMaj(vectors.get(0).length, examples);
    for (int i = 0; i < examples; i++) {
      float[] vector = vectors.get(i);
      for (int feature = 0; feature < vector.length; feature++) {
        columns.set(feature, i, vector[feature]);
      }
    }
    return ExampleGeometry.of(columns, labels.stream().mapToInt(Integer::intValue).toArray());
  }
}
