package io.stitchflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.text.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"90s,90", "45min,2700", "30m,1800", "1.5h,5400", "30d,2592000", "2w,1209600"})
  void duration_eachUnit_isThatManySeconds(String text, long seconds) throws InputException {
    assertThat(Quantities.duration("--x", text)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "d", "-1d", "1 year", "1e3d", "NaNd", "999999999999w"})
  void duration_isNone_isRefusedWithItsForm(String text) {
    assertThatThrownBy(() -> Quantities.duration("--older-than", text))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--older-than: needs a number and s, m or min, h, d or w, such as 45min, 12h, 30d or"
                + " 2w, but was: '"
                + text
                + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "17,17",
    "17B,17",
    "1.5kB,1500",
    "10MB,10000000",
    "10mb,10000000",
    "1GB,1000000000",
    "10K,10240",
    "5m,5242880",
    "1G,1073741824",
    "20 GiB,21474836480",
    "2tib,2199023255552"
  })
  void bytes_eachUnit_isThatMany(String text, long bytes) throws InputException {
    assertThat(Quantities.bytes("--x", text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "M", "10X", "10 M B", "0x10", "99999999999999"})
  void bytes_isNone_isRefusedWithItsForm(String text) {
    assertThatThrownBy(() -> Quantities.bytes("--max-size", text))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("--max-size: needs a number of bytes or with a unit")
        .hasMessageEndingWith(", but was: '" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({"45min,10MB", "30m,10K", "2w,1GiB"})
  void lsAndGc_anyForm_takeTheSame(String duration, String size) {
    String store = directory.resolve("store").toString();
    Screen screen = new Screen();
    assertThat(
            screen.execute(
                Map.of(), "ls", "--older-than", duration, "--larger-than", size, "--store", store))
        .isEqualTo(ExitCode.DONE);
    assertThat(
            screen.execute(
                Map.of(),
                "gc",
                "--dry-run",
                "--older-than",
                duration,
                "--max-size",
                size,
                "--store",
                store))
        .isEqualTo(ExitCode.DONE);
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
}
