package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
  @Test
  void duration_eachUnit_isThatLong() throws InputException {
    assertThat(Quantities.duration("--x", "90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(Quantities.duration("--x", "45min")).isEqualTo(Duration.ofMinutes(45));
    assertThat(Quantities.duration("--x", "1.5h")).isEqualTo(Duration.ofMinutes(90));
    assertThat(Quantities.duration("--x", "30d")).isEqualTo(Duration.ofDays(30));
    assertThat(Quantities.duration("--x", "2w")).isEqualTo(Duration.ofDays(14));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "d", "-1d", "1m", "1 year", "1e3d", "NaNd", "999999999999w"})
  void duration_isNone_isRefusedWithItsForm(String text) {
    assertThatThrownBy(() -> Quantities.duration("--older-than", text))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--older-than: needs a time, such as 45min, 12h, 30d or 2w, but was: '" + text + "'");
  }

  @Test
  void bytes_eachUnit_isThatMany() throws InputException {
    assertThat(Quantities.bytes("--x", "0")).isZero();
    assertThat(Quantities.bytes("--x", "17")).isEqualTo(17);
    assertThat(Quantities.bytes("--x", "17B")).isEqualTo(17);
    assertThat(Quantities.bytes("--x", "1.5kB")).isEqualTo(1500);
    assertThat(Quantities.bytes("--x", "500MB")).isEqualTo(500_000_000);
    assertThat(Quantities.bytes("--x", "20 GiB")).isEqualTo(20L << 30);
    assertThat(Quantities.bytes("--x", "1TiB")).isEqualTo(1L << 40);
    assertThatThrownBy(() -> Quantities.bytes("--max-size", "20gb"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("500MB or 20GiB, but was: '20gb'");
  }

  @Test
  void share_outsideOfItsRange_isRefused() throws InputException {
    assertThat(Quantities.share("--x", "5%")).isEqualTo(0.05);
    assertThat(Quantities.share("--x", "100%")).isEqualTo(1);
    for (String text : new String[] {"0%", "101%", "5", "x%"}) {
      assertThatThrownBy(() -> Quantities.share("--sample", text))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("--sample: needs a share above 0% and up to 100%");
    }
  }

  @Test
  void words_sizes_haveTwoDigits() {
    assertThat(Quantities.words(1)).isEqualTo("1 byte");
    assertThat(Quantities.words(1023)).isEqualTo("1023 bytes");
    assertThat(Quantities.words(1024)).isEqualTo("1.0 KiB");
    assertThat(Quantities.words(10 << 20)).isEqualTo("10 MiB");
    assertThat(Quantities.words(3_650_722_202L)).isEqualTo("3.4 GiB");
    assertThat(Quantities.words(Long.MAX_VALUE)).isEqualTo("8388608 TiB");
  }
}
