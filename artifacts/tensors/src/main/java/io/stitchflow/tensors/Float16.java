package io.stitchflow.tensors;

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. */
public final class Float16 {
  private static final int INFINITY = 0x7c00;
  private static final int FLOAT_INFINITY = 0x7f800000;
  private static final int FRACTION_SHIFT = 13; // 23 - 10 fraction bits
  private static final int REBIAS = (127 - 15) << 23;
  private static final int LEAST_NORMAL = (127 - 14) << 23; // 2^-14 as a float
  private static final int TOO_LARGE = (127 + 16) << 23; // 2^16 as a float

  /** A float with 2^-24, the least half, as its unit in the last place. */
  private static final float SUBNORMAL_MAGIC = 0.5f;

  /** All 65,536 values. */
  private static final float[] VALUES = values();

  private Float16() {}

  /** The number that {@code half} stands for; exact. */
  public static float decode(short half) {
    return VALUES[half & 0xffff];
  }

  /** The nearest half, ties to even; beyond 65,519.99 infinity; NaN stays NaN. */
  static short encode(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    int half;
    if (magnitude >= TOO_LARGE) {
      half =
          magnitude > FLOAT_INFINITY
              ? INFINITY | 0x200 | ((magnitude >>> FRACTION_SHIFT) & 0x3ff) // quiet, payload kept
              : INFINITY;
    } else if (magnitude >= LEAST_NORMAL) {
      int odd = (magnitude >>> FRACTION_SHIFT) & 1;
      half = (magnitude - REBIAS + 0xfff + odd) >>> FRACTION_SHIFT; // a carry reaches the exponent
    } else {
      float rounded = Float.intBitsToFloat(magnitude) + SUBNORMAL_MAGIC; // the adder rounds
      half = Float.floatToRawIntBits(rounded) - Float.floatToRawIntBits(SUBNORMAL_MAGIC);
    }
    return (short) (sign | half);
  }

  static void decode(short[] halves, float[] values, int count) {
    float[] table = VALUES;
    for (int i = 0; i < count; i++) {
      values[i] = table[halves[i] & 0xffff];
    }
  }

  static void encode(float[] values, short[] halves, int count) {
    for (int i = 0; i < count; i++) {
      halves[i] = encode(values[i]);
    }
  }

  private static float[] values() {
    float[] values = new float[1 << 16];
    for (int half = 0; half < values.length; half++) {
      int sign = (half & 0x8000) << 16;
      int exponent = (half >>> 10) & 0x1f;
      int fraction = half & 0x3ff;
      if (exponent == 0) {
        float magnitude = fraction * 0x1p-24f;
        values[half] = sign == 0 ? magnitude : -magnitude;
      } else {
        int exponentBits = exponent == 0x1f ? FLOAT_INFINITY : (exponent + (127 - 15)) << 23;
        values[half] = Float.intBitsToFloat(sign | exponentBits | (fraction << FRACTION_SHIFT));
      }
    }
    return values;
  }
}
