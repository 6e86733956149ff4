package io.stitchflow.dataset;

import static io.stitchflow.dataset.Cifar.CHANNELS;
import static io.stitchflow.dataset.Cifar.SIZE;

import io.stitchflow.v1.Synthetic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;

/**
 * Generated images whose class is the {@link Figure} they show: anywhere, turned by up to half a
 * radian, of any size and proportion, textured on a textured and mostly darker ground, among
 * specks, under noise. Classes are as frequent as each other, in random order.
 *
 * @param noise standard deviation of each level, of 255
 * @param stream which of the seed's streams of random numbers: each split has its own
 */
record SyntheticImages(int examples, double noise, long seed, int stream)
    implements LabelledExamples {
  // By label
  private static final List<Figure> FIGURES = List.of(Figure.values());
  static final int CLASSES = FIGURES.size();
  private static final int MAX_SPECKS = 2;
  static final int MAX_LEVEL = 255;
  // Radians
  private static final double MAX_TURN = 0.5;
  // Points a pixel is the mean of, each way
  private static final int SAMPLES = 2;
  // Darkest levels of grounds and of figures, and how far up both go: they overlap
  private static final double DARK = 35;
  private static final double BRIGHT = 90;
  private static final double RANGE = 130;
  // Least difference of two colours, summed over channels
  private static final double DISTINCT = 180;

  SyntheticImages {
    if (examples < 1 || !(0 <= noise && noise <= MAX_LEVEL)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "synthetic images take at least 1 example a split and noise in [0, %d], but were:"
                  + " %d examples, noise %s",
              MAX_LEVEL,
              examples,
              noise));
    }
  }

  static SyntheticImages of(Synthetic parameters, boolean train) {
    return new SyntheticImages(
        train ? parameters.getTrainExamples() : parameters.getTestExamples(),
        parameters.getNoise(),
        parameters.getSeed(),
        train ? 0 : 1);
  }

  @Override
  public List<Integer> shape() {
    return Cifar.SHAPE;
  }

  @Override
  public int classes() {
    return CLASSES;
  }

  @Override
  public int[] labels() {
    return labels(examples, random());
  }

  @Override
  public void write(ExampleSink sink, DoubleConsumer progress) throws IOException {
    SplittableRandom random = random();
    int[] labels = labels(examples, random);
    for (int i = 0; i < examples; i++) {
      sink.write(draw(FIGURES.get(labels[i]), new Random(random.nextLong())), labels[i]);
      progress.accept((i + 1.) / examples);
    }
  }

  private SplittableRandom random() {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < stream; i++) {
      random.split();
    }
    return random.split();
  }

  private static int[] labels(int examples, SplittableRandom random) {
    int[] labels = new int[examples];
    for (int i = 0; i < examples; i++) {
      labels[i] = i % CLASSES;
    }
    for (int i = examples - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int label = labels[i];
      labels[i] = labels[j];
      labels[j] = label;
    }
    return labels;
  }

  /** An image [channel, row, column] of one figure. */
  ByteBuffer draw(Figure figure, Random random) {
    double[] ground = colour(random, DARK);
    double[][] levels = new double[CHANNELS][SIZE * SIZE];
    Texture texture = Texture.draw(random, ground);
    fill(levels, texture);
    int specks = random.nextInt(MAX_SPECKS + 1);
    for (int i = 0; i < specks; i++) {
      Figure speck = FIGURES.get(random.nextInt(CLASSES));
      Texture paint = Texture.draw(random, colour(random, random.nextBoolean() ? DARK : BRIGHT));
      Pose.draw(random, 2, 4).paint(levels, speck, paint);
    }
    Texture paint = Texture.draw(random, colourUnlike(ground, random));
    Pose.draw(random, 9, 13).paint(levels, figure, paint);
    return quantized(levels, random);
  }

  private static double[] colour(Random random, double darkest) {
    double[] colour = new double[CHANNELS];
    for (int channel = 0; channel < CHANNELS; channel++) {
      colour[channel] = darkest + RANGE * random.nextDouble();
    }
    return colour;
  }

  private static double[] colourUnlike(double[] other, Random random) {
    while (true) {
      double[] colour = colour(random, BRIGHT);
      double difference = 0;
      for (int channel = 0; channel < CHANNELS; channel++) {
        difference += Math.abs(colour[channel] - other[channel]);
      }
      if (difference >= DISTINCT) {
        return colour;
      }
    }
  }

  private static void fill(double[][] levels, Texture texture) {
    for (int channel = 0; channel < CHANNELS; channel++) {
      for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
          levels[channel][row * SIZE + column] = texture.level(channel, column, row);
        }
      }
    }
  }

  private ByteBuffer quantized(double[][] levels, Random random) {
    ByteBuffer image = ByteBuffer.allocate(Cifar.IMAGE_BYTES);
    for (double[] plane : levels) {
      for (double level : plane) {
        long noisy = Math.round(level + noise * random.nextGaussian());
        image.put((byte) Math.max(0, Math.min(MAX_LEVEL, noisy)));
      }
    }
    return image.flip();
  }

  /**
   * Where a figure is: the map from pixels to its own square.
   *
   * @param x centre, in pixels
   * @param y centre, in pixels
   */
  private record Pose(double x, double y, double xx, double xy, double yx, double yy) {
    /** Of a half side between {@code smallest} and {@code largest} pixels, most of it inside. */
    static Pose draw(Random random, double smallest, double largest) {
      double size = smallest + (largest - smallest) * random.nextDouble();
      double proportion = 0.85 + 0.3 * random.nextDouble();
      double angle = (2 * random.nextDouble() - 1) * MAX_TURN;
      double margin = 0.8 * size;
      double x = margin + (SIZE - 2 * margin) * random.nextDouble();
      double y = margin + (SIZE - 2 * margin) * random.nextDouble();
      double cosine = StrictMath.cos(angle);
      double sine = StrictMath.sin(angle);
      double wide = 1 / (size * proportion);
      double high = proportion / size;
      return new Pose(x, y, cosine * wide, sine * wide, -sine * high, cosine * high);
    }

    void paint(double[][] levels, Figure figure, Texture texture) {
      for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
          double share = share(figure, column, row);
          if (share > 0) {
            int at = row * SIZE + column;
            for (int channel = 0; channel < CHANNELS; channel++) {
              double over = texture.level(channel, column, row);
              levels[channel][at] += share * (over - levels[channel][at]);
            }
          }
        }
      }
    }

    /** How much of a pixel the figure covers. */
    private double share(Figure figure, int column, int row) {
      int inside = 0;
      for (int i = 0; i < SAMPLES; i++) {
        double down = row + (i + 0.5) / SAMPLES - y;
        for (int j = 0; j < SAMPLES; j++) {
          double right = column + (j + 0.5) / SAMPLES - x;
          inside += figure.contains(right * xx + down * xy, right * yx + down * yy) ? 1 : 0;
        }
      }
      return (double) inside / (SAMPLES * SAMPLES);
    }
  }
}
