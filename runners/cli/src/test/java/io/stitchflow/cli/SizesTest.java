package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "0,0 B",
    "999,999 B",
    "1000,1.0 KiB",
    "1536,1.5 KiB",
    "102400,100 KiB",
    "1073741824,1.0 GiB",
    "4611686018427387904,4194304 TiB"
  })
  void words_ofBytes_haveThreeDigits(long bytes, String words) {
    assertThat(Sizes.words(bytes)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({"500,500", "10K,10240", "5m,5242880", "1GiB,1073741824", "2tb,2199023255552", "7B,7"})
  void size_written_isInBytes(String text, long bytes) throws Exception {
    assertThat(Sizes.parse("--larger-than", text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5M", "M", "10X", "12345678"})
  void size_thatIsNone_isRefusedWithTheOption(String text) {
    assertThatThrownBy(() -> Sizes.parse("--larger-than", text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--larger-than");
  }

  @Test
  void span_written_isADuration() throws Exception {
    assertThat(Durations.parse("--older-than", "90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(Durations.parse("--older-than", "30m")).isEqualTo(Duration.ofMinutes(30));
    assertThat(Durations.parse("--older-than", "2w")).isEqualTo(Duration.ofDays(14));
    assertThatThrownBy(() -> Durations.parse("--older-than", "7"))
        .isInstanceOf(InputException.class);
  }

  @ParameterizedTest
  @CsvSource({"59,59 s", "3599,59 min", "100000,27 h", "259200,3 d", "-5,0 s"})
  void age_inWords_hasOneUnit(double seconds, String words) {
    assertThat(Durations.age(seconds)).isEqualTo(words);
  }
}
