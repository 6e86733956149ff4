package io.stitchflow.report;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A heat map of the report and the file that it is also written to.
 *
 * @param file {@code heatmaps/a_b.trained_trained.vanilla_accuracy.svg}
 */
record Drawing(Pair pair, Condition condition, String file, String svg) {
  /** All heat maps of an experiment, over test examples; those without any number are left out. */
  static List<Drawing> all(Results results) {
    List<Drawing> drawings = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Pair pair : results.pairs()) {
      String name = unique(plain(pair.sender().getName() + "_" + pair.receiver().getName()), taken);
      for (Condition condition : results.conditions()) {
        for (Quantity quantity : Quantity.values()) {
          for (CopySolver solver : solvers(results, quantity)) {
            add(
                drawings,
                results,
                "heatmaps/" + name,
                new Subject(pair, condition, quantity, solver));
          }
        }
      }
    }
    return drawings;
  }

  private record Subject(Pair pair, Condition condition, Quantity quantity, CopySolver solver) {}

  private static void add(List<Drawing> drawings, Results results, String prefix, Subject subject) {
    Pair pair = subject.pair();
    Quantity quantity = subject.quantity();
    List<Cell> cells = results.cells(pair, subject.condition(), subject.solver(), Split.TEST);
    Matrix matrix =
        Matrix.of(cells, results.senderCuts(pair), results.receiverCuts(pair), quantity::of);
    if (matrix.isEmpty()) {
      return;
    }
    boolean named = quantity.needsCopy() && results.solvers().size() > 1;
    String title = quantity.title() + (named ? ", " + Words.of(subject.solver()) : "");
    String seeds = matrix.seeds() > 1 ? ", mean of " + matrix.seeds() + " seeds" : "";
    String subtitle = Words.of(pair, subject.condition()) + ", test" + seeds;
    String file =
        String.join(
            ".",
            prefix,
            Words.text(subject.condition()),
            quantity.text() + (named ? "." + Words.text(subject.solver()) : ""),
            "svg");
    String svg = new HeatMap(title, subtitle, pair, quantity.scale()).draw(matrix);
    drawings.add(new Drawing(pair, subject.condition(), file, svg));
  }

  /** Each solver's cells repeat what is not about the copy, so that is drawn from the first's. */
  private static List<CopySolver> solvers(Results results, Quantity quantity) {
    return quantity.needsCopy() ? results.solvers() : results.solvers().subList(0, 1);
  }

  private static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9._-]", "-");
  }

  /** Networks a and b_b, and a_b and b, would share a name; so would A and a on some disks. */
  private static String unique(String name, Set<String> taken) {
    String candidate = name;
    for (int k = 2; !taken.add(candidate.toLowerCase(Locale.ROOT)); k++) {
      candidate = name + "-" + k;
    }
    return candidate;
  }
}
