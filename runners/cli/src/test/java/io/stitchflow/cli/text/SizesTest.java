package io.stitchflow.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "0,0 B",
    "1,1 B",
    "999,999 B",
    "1000,1.0 KiB",
    "1536,1.5 KiB",
    "102400,100 KiB",
    "10485760,10 MiB",
    "1073741824,1.0 GiB",
    "3650722202,3.4 GiB",
    "4611686018427387904,4194304 TiB"
  })
  void words_ofBytes_haveTwoDigitsAndAUnit(long bytes, String words) {
    assertThat(Sizes.words(bytes)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({"59,59 s", "3599,59 min", "100000,27 h", "259200,3 d", "-5,0 s"})
  void age_inWords_hasOneUnit(double seconds, String words) {
    assertThat(Durations.age(seconds)).isEqualTo(words);
  }
}
