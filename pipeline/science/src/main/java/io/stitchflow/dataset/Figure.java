package io.stitchflow.dataset;

/** A class of generated images: a figure in the square [-1, 1]². */
enum Figure {
  DISC {
    @Override
    boolean contains(double x, double y) {
      return x * x + y * y < 0.64;
    }
  },
  RING {
    @Override
    boolean contains(double x, double y) {
      double square = x * x + y * y;
      return 0.2 < square && square < 0.72;
    }
  },
  SQUARE {
    @Override
    boolean contains(double x, double y) {
      return Math.max(Math.abs(x), Math.abs(y)) < 0.7;
    }
  },
  FRAME {
    @Override
    boolean contains(double x, double y) {
      double distance = Math.max(Math.abs(x), Math.abs(y));
      return 0.42 < distance && distance < 0.78;
    }
  },
  TRIANGLE {
    @Override
    boolean contains(double x, double y) {
      return y > -0.5 && 1.732 * Math.abs(x) + y < 0.95;
    }
  },
  CROSS {
    @Override
    boolean contains(double x, double y) {
      double near = Math.min(Math.abs(x), Math.abs(y));
      return near < 0.25 && Math.max(Math.abs(x), Math.abs(y)) < 0.85;
    }
  },
  BARS {
    @Override
    boolean contains(double x, double y) {
      boolean bar = Math.abs(y) < 0.16 || Math.abs(Math.abs(y) - 0.64) < 0.16;
      return bar && Math.abs(x) < 0.8;
    }
  },
  STAR {
    @Override
    boolean contains(double x, double y) {
      // Within at least four of the five half-planes of a pentagram
      int within = 0;
      for (int i = 0; i < 5; i++) {
        within += x * COSINE[i] + y * SINE[i] < 0.33 ? 1 : 0;
      }
      return within >= 4 && x * x + y * y < 1;
    }
  },
  CORNER {
    @Override
    boolean contains(double x, double y) {
      return Math.abs(x) < 0.75 && Math.abs(y) < 0.75 && (x < -0.25 || y < -0.25);
    }
  },
  CRESCENT {
    @Override
    boolean contains(double x, double y) {
      return x * x + y * y < 0.72 && (x - 0.45) * (x - 0.45) + y * y > 0.42;
    }
  };

  private static final double[] COSINE = new double[5];
  private static final double[] SINE = new double[5];

  static {
    for (int i = 0; i < 5; i++) {
      COSINE[i] = StrictMath.cos(2 * StrictMath.PI * i / 5);
      SINE[i] = StrictMath.sin(2 * StrictMath.PI * i / 5);
    }
  }

  abstract boolean contains(double x, double y);
}
