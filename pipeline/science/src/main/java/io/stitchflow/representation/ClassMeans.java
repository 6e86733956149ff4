package io.stitchflow.representation;

import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationCut.SourceCase;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The class of each image and nothing else of it: mu + sigma s eps, where mu is the mean of a
 * representation over the train examples of the image's class, s the standard deviation within
 * classes of each channel, pooled over train examples and positions, and eps standard normal.
 */
final class ClassMeans implements Baseline {
  private static final double SIGMA = 1;

  @Override
  public SourceCase source() {
    return SourceCase.CLASS_MEANS;
  }

  @Override
  public void fillDefaults(RepresentationCut.Builder cut) {
    if (!cut.getClassMeans().hasSigma()) {
      cut.getClassMeansBuilder().setSigma(SIGMA);
    }
  }

  @Override
  public boolean takesOf() {
    return true;
  }

  @Override
  public String of(RepresentationCut cut) {
    return cut.getClassMeans().getOf();
  }

  @Override
  public String splitOfInput(String split) {
    return "train";
  }

  @Override
  public boolean isRandom(RepresentationCut cut) {
    return cut.getClassMeans().getSigma() > 0;
  }

  @Override
  public RepresentationCut keyed(RepresentationCut cut, List<Integer> shape) {
    RepresentationCut.Builder keyed = cut.toBuilder().clearName();
    keyed.getClassMeansBuilder().clearOf();
    return keyed.build();
  }

  @Override
  public String describe(RepresentationCut cut, String input) {
    return "class means of " + input + ", sigma " + cut.getClassMeans().getSigma();
  }

  @Override
  public Rows open(Inputs inputs) {
    Moments moments = Moments.of(inputs.input(), inputs.task().classes());
    double sigma = inputs.cut().getClassMeans().getSigma();
    int channels = moments.channels();
    return (example, target) -> {
      double[] mean = moments.mean(inputs.labelled().label(example));
      int positions = mean.length / channels;
      for (int i = 0; i < mean.length; i++) {
        double noise =
            sigma > 0
                ? sigma * moments.deviation(i / positions) * inputs.random().nextGaussian()
                : 0;
        target.put((float) (mean[i] + noise));
      }
    };
  }

  /** Means by class and deviations by channel of a representation, float64. */
  static final class Moments {
    /** Train examples by class. */
    private final int[] counts;

    /** By class and element; undefined for a class without examples. */
    private final double[][] means;

    /** Within classes, by channel. */
    private final double[] deviations;

    private Moments(int[] counts, double[][] means, double[] deviations) {
      this.counts = counts;
      this.means = means;
      this.deviations = deviations;
    }

    /** Of the train examples of a representation; reads them twice. */
    static Moments of(Examples train, int classes) {
      List<Integer> shape = train.shape();
      int channels = shape.get(0);
      int elements = shape.stream().reduce(1, Math::multiplyExact);
      int positions = elements / channels;
      int[] counts = new int[classes];
      double[][] means = new double[classes][elements];
      for (int row = 0; row < train.rows(); row++) {
        double[] sums = means[train.label(row)];
        counts[train.label(row)]++;
        FloatBuffer x = train.read(row);
        for (int i = 0; i < elements; i++) {
          sums[i] += x.get(i);
        }
      }
      for (int label = 0; label < classes; label++) {
        for (int i = 0; i < elements; i++) {
          means[label][i] /= Math.max(1, counts[label]);
        }
      }
      double[] squares = new double[channels];
      for (int row = 0; row < train.rows(); row++) {
        double[] mean = means[train.label(row)];
        FloatBuffer x = train.read(row);
        for (int i = 0; i < elements; i++) {
          double difference = x.get(i) - mean[i];
          squares[i / positions] += difference * difference;
        }
      }
      double[] deviations = new double[channels];
      for (int channel = 0; channel < channels; channel++) {
        deviations[channel] = Math.sqrt(squares[channel] / train.rows() / positions);
      }
      return new Moments(counts, means, deviations);
    }

    /**
     * Of a class, by element.
     *
     * @throws IllegalArgumentException if the class has no train examples
     */
    double[] mean(int label) {
      if (counts[label] == 0) {
        throw new IllegalArgumentException(
            "class "
                + label
                + " has no train examples to take a mean of; raise representation.examples, or"
                + " choose another source than class_means");
      }
      return means[label];
    }

    int channels() {
      return deviations.length;
    }

    /** Standard deviation of a channel within classes, pooled over examples and positions. */
    double deviation(int channel) {
      return deviations[channel];
    }
  }
}
