package io.stitchflow.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ProblemsTest {
  private final Problems problems = new Problems();

  @Test
  void exception_manyProblems_composesOnlyTheTextsItShows() {
    AtomicInteger composed = new AtomicInteger();
    for (int line = 1_000; line > 0; line--) {
      int number = line;
      problems.add(
          place(line),
          "cut",
          () -> {
            composed.incrementAndGet();
            return "is wrong in line " + number;
          });
    }
    List<String> lines = problems.exception().problems();
    assertThat(lines)
        .hasSize(Problems.MOST_SHOWN + 1)
        .startsWith("e:1:1: cut: is wrong in line 1", "e:2:1: cut: is wrong in line 2")
        .endsWith("and 900 more problems; fix these first");
    assertThat(composed).hasValue(Problems.MOST_SHOWN);
  }

  @Test
  void exception_sameProblemTwice_showsItOnce() {
    for (int i = 0; i < 3; i++) {
      problems.add(place(1), "", "is wrong");
    }
    assertThat(problems.exception().problems()).containsExactly("e:1:1: is wrong");
  }

  @Test
  void advice_manyChoices_listsFiftyAndCountsTheOthers() {
    List<String> choices = IntStream.range(0, 1_000).mapToObj(i -> "cut" + i).toList();
    assertThat(Suggestion.advice("x", choices))
        .startsWith("choose one of cut0, cut1,")
        .endsWith(", cut49 and 950 more");
  }

  @Test
  void nearest_swappedMissingOrWrongLetters_isTheOneCloseChoice() {
    List<String> commands = List.of("run", "runs", "plan", "pin", "pins");
    assertThat(Suggestion.nearest("rnu", commands)).isEqualTo("run");
    assertThat(Suggestion.nearest("plam", commands)).isEqualTo("plan");
    assertThat(Suggestion.nearest("pis", commands)).as("pin or pins").isEmpty();
    assertThat(Suggestion.nearest("watch", commands)).isEmpty();
  }

  private static SourcePosition place(int line) {
    return SourcePosition.inFile("e", line, 1);
  }
}
