package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChanceTest {
  @TempDir Path directory;

  @Test
  void gate11_chance_isTheShareOfTheMajorityClass() {
    assertThat(Chance.of(new ClassCounts(List.of(90, 0, 10))).accuracy()).isEqualTo(0.9);
    assertThat(Chance.of(new ClassCounts(List.of(1, 2, 1))).accuracy()).isEqualTo(0.5);
    assertThat(Chance.of(new ClassCounts(List.of(5, 5, 5, 5))).accuracy()).isEqualTo(0.25);
  }

  @Test
  void counts_ofASplit_areThoseOfItsExamples() throws IOException {
    Path split = Files.write(directory.resolve("train"), Fixtures.split(directory, 3, 0, 200));
    assertThat(ClassCounts.read(split).counts()).startsWith(3, 0, 200, 0).hasSize(256);
    assertThat(ClassCounts.read(split).examples()).isEqualTo(203);
  }

  @Test
  void wilson_tenOfHundred_isThatOfTextbooks() {
    Interval interval = Interval.wilson(0.1, 100);
    assertThat(interval.from()).isEqualTo(0.0552, within(1e-4));
    assertThat(interval.to()).isEqualTo(0.1744, within(1e-4));
  }

  @Test
  void wilson_allOrNone_staysWithinZeroAndOne() {
    assertThat(Interval.wilson(1, 20).to()).isEqualTo(1);
    assertThat(Interval.wilson(1, 20).from()).isEqualTo(0.8389, within(1e-4));
    assertThat(Interval.wilson(0, 20).from()).isZero();
    assertThat(Interval.wilson(0.5, 0)).isEqualTo(new Interval(0, 1));
  }
}
