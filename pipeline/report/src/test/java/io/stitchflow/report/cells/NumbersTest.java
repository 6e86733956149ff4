package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class NumbersTest {
  @Test
  void exact_shortDecimal_isWrittenAsItWasGiven() {
    assertThat(Numbers.exact(0.1)).isEqualTo("0.1");
    assertThat(Numbers.exact(1)).isEqualTo("1.0");
    assertThat(Numbers.exact(-0.0)).isEqualTo("0.0");
    assertThat(Numbers.exact(250)).isEqualTo("250.0");
    assertThat(Numbers.exact(2.0E-3)).isEqualTo("0.002");
    assertThat(Numbers.exact(1.5e-7)).isEqualTo("1.5E-7");
    // Java 17's Double.toString gives 2.2E-322 and 2.0000000000000002E-22 or so for such numbers
    assertThat(Numbers.exact(2e-22)).isEqualTo("2E-22");
    assertThat(Numbers.exact(Double.NaN)).isEqualTo("NaN");
  }

  @Test
  void exact_anyDouble_readsBackTheSame() {
    long seed = 11;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value) && value != 0) {
        assertThat(Double.parseDouble(Numbers.exact(value)))
            .as("number %s of seed %s", i, seed)
            .isEqualTo(value);
      }
    }
  }

  @Test
  void brief_anySize_hasAboutThreeDigitsInSixCharacters() {
    assertThat(Numbers.brief(0.91449)).isEqualTo("0.914");
    assertThat(Numbers.brief(1)).isEqualTo("1.000");
    assertThat(Numbers.brief(-0.1234)).isEqualTo("-0.123");
    assertThat(Numbers.brief(12.345)).isEqualTo("12.35");
    assertThat(Numbers.brief(123.45)).isEqualTo("123.5");
    assertThat(Numbers.brief(12345)).isEqualTo("12345");
    assertThat(Numbers.brief(1234567)).isEqualTo("1.2e6");
    assertThat(Numbers.brief(0.000012)).isEqualTo("1.2e-5");
    assertThat(Numbers.brief(0.00099999)).isEqualTo("0.001");
    assertThat(Numbers.brief(0)).isEqualTo("0");
  }

  @Test
  void numbers_localeWithDecimalComma_areWrittenWithAPoint() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(Numbers.exact(0.5)).isEqualTo("0.5");
      assertThat(Numbers.brief(0.5)).isEqualTo("0.500");
      assertThat(Numbers.fixed(0.5, 2)).isEqualTo("0.50");
    } finally {
      Locale.setDefault(before);
    }
  }
}
