package io.stitchflow.report.figure;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.Mark;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Quantities;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Split;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A heat map and the file that it is written to.
 *
 * @param file {@code heatmaps/a_b.trained_trained.vanilla_accuracy.svg}
 */
public record Drawing(String file, String svg) {
  /**
   * All maps of an experiment, over test examples: of each pair and condition first the verdicts if
   * there are any, then what the vanilla stitches do, then what the copies of each solver do. Those
   * without numbers are left out.
   */
  public static List<Drawing> all(Results results) {
    List<Drawing> drawings = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Pair pair : results.pairs()) {
      String name = plain(pair.sender().getName() + "_" + pair.receiver().getName());
      String prefix = "heatmaps/" + unique(name, taken);
      for (Condition condition : results.conditions()) {
        VerdictMatrix verdicts =
            VerdictMatrix.of(
                results.judged(pair, condition),
                results.senderCuts(pair),
                results.receiverCuts(pair));
        if (verdicts.judged()) {
          String subtitle = Words.of(pair, condition) + ", test";
          String file = String.join(".", prefix, Words.text(condition), "verdict", "svg");
          drawings.add(new Drawing(file, new VerdictMap(subtitle, pair).draw(verdicts)));
        }
        for (CopySolver solver : results.solvers()) {
          for (Quantity quantity : Quantities.drawn()) {
            // Every solver's cells repeat what is not about the copy
            if (quantity.stitched().needsCopy() || solver == results.solvers().get(0)) {
              Subject subject = new Subject(pair, condition, quantity, solver);
              add(drawings, results, prefix, subject, verdicts);
            }
          }
        }
      }
    }
    return drawings;
  }

  private record Subject(Pair pair, Condition condition, Quantity quantity, CopySolver solver) {}

  private static void add(
      List<Drawing> drawings,
      Results results,
      String prefix,
      Subject subject,
      VerdictMatrix verdicts) {
    Pair pair = subject.pair();
    Quantity quantity = subject.quantity();
    List<Cell> cells = results.cells(pair, subject.condition(), subject.solver(), Split.TEST);
    Matrix matrix =
        Matrix.of(cells, results.senderCuts(pair), results.receiverCuts(pair), quantity)
            .with(verdicts);
    if (matrix.isEmpty()) {
      return;
    }
    boolean named = quantity.stitched().needsCopy() && results.solvers().size() > 1;
    String title = Quantities.mapTitle(quantity) + (named ? ", " + Words.of(subject.solver()) : "");
    String center = Statistic.of(quantity) == Statistic.MEAN ? ", mean of " : ", median of ";
    String seeds = matrix.seeds() > 1 ? center + matrix.seeds() + " seeds" : "";
    Mark mark = Mark.of(quantity);
    String marked =
        matrix.marked() == 0
            ? ""
            : "; " + mark.sign() + " " + mark.text() + " (" + matrix.marked() + ")";
    String open =
        matrix.open() == 0 ? "" : "; hatched: " + Matrix.OPEN + " (" + matrix.open() + ")";
    String subtitle = Words.of(pair, subject.condition()) + ", test" + seeds + marked + open;
    String file =
        String.join(
            ".",
            prefix,
            Words.text(subject.condition()),
            quantity.name() + (named ? "." + Words.text(subject.solver()) : ""),
            "svg");
    String svg =
        new HeatMap(title, subtitle, pair, quantity, results.chance().accuracy()).draw(matrix);
    drawings.add(new Drawing(file, svg));
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
