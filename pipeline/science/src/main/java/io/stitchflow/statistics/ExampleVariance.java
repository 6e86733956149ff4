package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * How much each example contributes to a representation's variance; sums in float64. Holds one
 * number a channel and example.
 */
public final class ExampleVariance {
  private final List<double[]> squares = new ArrayList<>();
  private final List<double[]> means = new ArrayList<>();
  private double positions;
  private int channels;
  private int examples;

  /**
   * Adds the next examples.
   *
   * @param y [examples, channels, height, width] or [examples, channels], float32
   * @param ofExamples sum of squares of each example
   */
  public void add(NDArray y, double[] ofExamples) {
    channels = Math.toIntExact(y.getShape().get(1));
    positions = (double) y.size() / ofExamples.length / channels;
    examples += ofExamples.length;
    squares.add(ofExamples.clone());
    means.add(Sums.channelMeans(y));
  }

  /**
   * Sum over each example's elements of (y - its channel's mean over all examples)²; these add up
   * to that of all elements.
   */
  public double[] squares() {
    double[] mean = mean();
    double squareOfMean = 0;
    for (double channel : mean) {
      squareOfMean += channel * channel;
    }
    double[] all = new double[examples];
    int example = 0;
    for (int batch = 0; batch < squares.size(); batch++) {
      double[] ofBatch = squares.get(batch);
      for (int i = 0; i < ofBatch.length; i++) {
        double product = 0;
        for (int channel = 0; channel < channels; channel++) {
          product += mean[channel] * means.get(batch)[i * channels + channel];
        }
        all[example++] = ofBatch[i] - positions * (2 * product - squareOfMean);
      }
    }
    return all;
  }

  private double[] mean() {
    double[] mean = new double[channels];
    for (double[] ofBatch : means) {
      for (int i = 0; i < ofBatch.length; i++) {
        mean[i % channels] += ofBatch[i] / examples;
      }
    }
    return mean;
  }
}
