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
  void chance_unequalClasses_isTheShareOfTheMajority() {
    Chance chance = Chance.of(new ClassCounts(List.of(1, 1)), new ClassCounts(List.of(90, 0, 10)));
    assertThat(chance.accuracy()).isEqualTo(0.9);
    assertThat(chance.crossEntropy()).isEqualTo(Math.log(2), within(1e-15));
  }

  @Test
  void entropy_unequalClasses_isByHand() {
    double quarter = 0.25 * Math.log(4) + 0.75 * Math.log(4. / 3);
    assertThat(new ClassCounts(List.of(0, 1, 3)).entropy()).isEqualTo(quarter, within(1e-15));
    assertThat(new ClassCounts(List.of(5)).entropy()).isZero();
  }

  @Test
  void counts_ofASplit_areThoseOfItsFirstExamples() throws IOException {
    Path split = Files.write(directory.resolve("train"), Fixtures.split(directory, 3, 0, 200));
    assertThat(ClassCounts.read(split, 0).counts()).startsWith(3, 0, 200, 0).hasSize(256);
    assertThat(ClassCounts.read(split, 4).counts()).startsWith(3, 0, 1, 0);
    assertThat(ClassCounts.read(split, 1000).examples()).isEqualTo(203);
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
