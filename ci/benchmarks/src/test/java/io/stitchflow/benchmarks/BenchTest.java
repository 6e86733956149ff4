package io.stitchflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {
  private final List<String> turns = new ArrayList<>();

  private Bench bench(boolean smoke, int mostRounds) {
    return new Bench(new Settings(Path.of(""), Path.of(""), smoke, mostRounds), "speed");
  }

  private Bench.Side side(String name, double... costs) {
    return () -> {
      turns.add(name);
      long rounds = turns.stream().filter(name::equals).count();
      return costs[(int) ((rounds - 1) % costs.length)];
    };
  }

  private static Line only(Bench bench) {
    assertThat(bench.lines()).hasSize(1);
    return bench.lines().get(0);
  }

  @Test
  void compare_equalRounds_endsWithTheFirstInterval() throws Exception {
    Bench bench = bench(false, 50);

    bench.compare("work", "them", "s", Goal.atLeast(2), 40, side("we", 1), side("they", 3));

    Line line = only(bench);
    assertThat(line.ratio()).isEqualTo(new MedianInterval(3, 3, 3, 6));
    assertThat(line.ours()).isEqualTo(1);
    assertThat(line.theirs()).isEqualTo(3);
    assertThat(line.verdict()).isEqualTo("met");
  }

  @Test
  void compare_noise_endsAfterTheMostRounds() throws Exception {
    Bench bench = bench(false, 50);

    bench.compareWarm("work", "them", "s", Goal.atMost(1), 12, side("we", 1, 2), side("they", 1));

    assertThat(only(bench).ratio().count()).isEqualTo(12);
    assertThat(only(bench).verdict()).isEqualTo("missed");
  }

  @Test
  void compare_rounds_alternateTheSideThatBegins() throws Exception {
    Bench bench = bench(false, 3);

    bench.compareWarm(
        "work", "them", "s", Goal.statedCost(), 40, side("we", 1, 2), side("they", 1));

    assertThat(turns).containsExactly("we", "they", "they", "we", "we", "they");
    assertThat(only(bench).verdict()).isEmpty();
  }

  @Test
  void compare_smoke_isOneRound() throws Exception {
    Bench bench = bench(true, 50);

    bench.compareWarm("work", "them", "s", Goal.atLeast(2), 40, side("we", 1), side("they", 1));

    assertThat(only(bench).ratio().count()).isEqualTo(1);
    assertThat(only(bench).verdict()).isEqualTo("missed");
  }
}
