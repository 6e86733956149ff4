package io.stitchflow.dataset;

import java.util.List;
import java.util.Random;

/** A colour that varies over the image: flat, striped, chequered, or in soft patches. */
final class Texture {
  private static final double MAX_CONTRAST = 25;
  private static final int GRID = 6;
  private static final double CELL = Cifar.SIZE / (GRID - 1.);

  private static final List<Kind> KINDS = List.of(Kind.values());

  enum Kind {
    FLAT,
    STRIPES,
    CHECKS,
    PATCHES
  }

  private final Kind kind;
  // Mean level of each channel, and how far it goes from there, either sign
  private final double[] colour;
  private final double[] contrast = new double[Cifar.CHANNELS];
  private final Wave along;
  private final Wave across;
  // In [-1, 1], row by row
  private final double[] patches = new double[GRID * GRID];

  private Texture(Random random, double[] colour) {
    this.colour = colour.clone();
    kind = KINDS.get(random.nextInt(KINDS.size()));
    for (int channel = 0; channel < contrast.length; channel++) {
      contrast[channel] = (2 * random.nextDouble() - 1) * MAX_CONTRAST;
    }
    for (int i = 0; i < patches.length; i++) {
      patches[i] = 2 * random.nextDouble() - 1;
    }
    double angle = random.nextDouble() * StrictMath.PI;
    double period = 3 + 6 * random.nextDouble();
    along = Wave.of(angle, period, random.nextDouble());
    across = Wave.of(angle + StrictMath.PI / 2, period, random.nextDouble());
  }

  /** One whose mean is {@code colour}, a level by channel. */
  static Texture draw(Random random, double[] colour) {
    return new Texture(random, colour);
  }

  double level(int channel, double x, double y) {
    double value =
        switch (kind) {
          case FLAT -> 0;
          case STRIPES -> along.at(x, y);
          case CHECKS -> along.at(x, y) * across.at(x, y);
          case PATCHES -> patch(x, y);
        };
    return colour[channel] + contrast[channel] * value;
  }

  /** Between the four nearest patches. */
  private double patch(double x, double y) {
    int column = Math.min(GRID - 2, (int) (x / CELL));
    int row = Math.min(GRID - 2, (int) (y / CELL));
    double right = x / CELL - column;
    double down = y / CELL - row;
    int i = row * GRID + column;
    double upper = patches[i] * (1 - right) + patches[i + 1] * right;
    double lower = patches[i + GRID] * (1 - right) + patches[i + GRID + 1] * right;
    return upper * (1 - down) + lower * down;
  }

  /** 1 on one half of each period, -1 on the other. */
  record Wave(double perX, double perY, double phase) {
    static Wave of(double angle, double period, double phase) {
      return new Wave(StrictMath.cos(angle) / period, StrictMath.sin(angle) / period, phase);
    }

    double at(double x, double y) {
      double turns = x * perX + y * perY + phase;
      return turns - Math.floor(turns) < 0.5 ? 1 : -1;
    }
  }
}
