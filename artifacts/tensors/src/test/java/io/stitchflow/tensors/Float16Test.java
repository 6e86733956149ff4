package io.stitchflow.tensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Float16Test {
  private static final int HALVES = 1 << 16;
  private static final int LARGEST = 0x7bff;
  private static final int INFINITY = 0x7c00;

  @Test
  void decode_everyHalf_isItsDefinition() {
    for (int half = 0; half < HALVES; half++) {
      Double value = definition(half); // boxed: NaN equals NaN, and -0 is not 0
      assertThat((double) Float16.decode((short) half)).as("%04x", half).isEqualTo(value);
    }
  }

  @Test
  void encode_everyHalf_isItselfAgain() {
    for (int half = 0; half < HALVES; half++) {
      int again = Float16.encode(Float16.decode((short) half)) & 0xffff;
      boolean nan = (half & 0x7fff) > INFINITY;
      // A signalling NaN becomes quiet
      assertThat(again).as("%04x", half).isEqualTo(nan ? half | 0x200 : half);
    }
  }

  @Test
  void encode_betweenTwoHalves_goesToTheNearestOrEven() {
    for (int half = 0; half < LARGEST; half++) {
      float below = Float16.decode((short) half);
      float above = Float16.decode((short) (half + 1));
      float middle = (below + above) / 2; // exact: 12 fraction bits
      int even = half % 2 == 0 ? half : half + 1;
      assertEncodes(middle, even);
      assertEncodes(Math.nextDown(middle), half);
      assertEncodes(Math.nextUp(middle), half + 1);
    }
  }

  @Test
  void encode_beyondTheLargest_isInfiniteFromHalfAStep() {
    assertEncodes(Math.nextDown(65_520f), LARGEST);
    assertEncodes(65_520f, INFINITY);
    assertEncodes(65_536f, INFINITY);
    assertEncodes(Float.MAX_VALUE, INFINITY);
    assertEncodes(Float.POSITIVE_INFINITY, INFINITY);
  }

  @Test
  void encode_belowHalfTheLeast_isZeroOfTheSameSign() {
    assertEncodes(0x1p-25f, 0);
    assertEncodes(Math.nextUp(0x1p-25f), 1);
    assertEncodes(Float.MIN_VALUE, 0);
    assertEncodes(0f, 0);
  }

  @Test
  void encode_nan_staysNanOfTheSameSign() {
    for (int bits : new int[] {0x7f800001, 0x7fc00000, 0x7fffffff, 0x7f801000}) {
      int half = Float16.encode(Float.intBitsToFloat(bits)) & 0xffff;
      assertThat(half).isBetween(0x7e00, 0x7fff);
      int negative = Float16.encode(Float.intBitsToFloat(bits | 0x80000000)) & 0xffff;
      assertThat(negative).isEqualTo(half | 0x8000);
    }
  }

  @Test
  void encode_anyFloat_isWithinHalfAStep() {
    long seed = 20261124;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isNaN(value) || Math.abs(value) >= 65_520f) {
        continue;
      }
      int half = Float16.encode(value) & 0xffff;
      BigDecimal error = distance(value, half);
      int magnitude = half & 0x7fff;
      for (int neighbour : new int[] {Math.max(magnitude - 1, 0), magnitude + 1}) {
        if (neighbour <= LARGEST) {
          assertThat(error)
              .as("%s, seed %s", value, seed)
              .isLessThanOrEqualTo(distance(value, (half & 0x8000) | neighbour));
        }
      }
    }
  }

  private static BigDecimal distance(float value, int half) {
    return new BigDecimal(value).subtract(new BigDecimal(definition(half))).abs();
  }

  private static void assertEncodes(float value, int half) {
    assertThat(Float16.encode(value) & 0xffff).as("%s", value).isEqualTo(half);
    assertThat(Float16.encode(-value) & 0xffff).as("%s", -value).isEqualTo(half | 0x8000);
  }

  /** IEEE 754-2019, 3.4. */
  private static double definition(int half) {
    double sign = (half & 0x8000) == 0 ? 1 : -1;
    int exponent = (half >> 10) & 0x1f;
    double fraction = (half & 0x3ff) / 1024.0;
    if (exponent == 31) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * fraction * Math.scalb(1.0, -14)
        : sign * (1 + fraction) * Math.scalb(1.0, exponent - 15);
  }
}
