package io.stitchflow.report.figure;

import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Verdict;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How the verdicts on a pair's cells are drawn: a colour and a short text in each cell, and a
 * legend of the verdicts that stand in it. Cells without a verdict are grey.
 *
 * @param subtitle of which pair, condition and split
 */
record VerdictMap(String subtitle, Pair pair) {
  private static final double LINE = 17;
  private static final double SWATCH = 12;

  String draw(VerdictMatrix verdicts) {
    CellMap map =
        new CellMap("Verdicts", subtitle, pair, verdicts.senderCuts(), verdicts.receiverCuts());
    return map.draw((i, j) -> cell(verdicts, i, j), new Swatches(verdicts));
  }

  private static CellMap.Drawn cell(VerdictMatrix verdicts, int i, int j) {
    String place = verdicts.senderCuts().get(i) + " → " + verdicts.receiverCuts().get(j) + ": ";
    Verdict verdict = verdicts.at(i, j);
    return verdict == null
        ? new CellMap.Drawn(CellMap.UNKNOWN, CellMap.BLACK, "", place + "not measured", true, false)
        : new CellMap.Drawn(
            verdict.color(), CellMap.BLACK, verdict.brief(), place + verdict.text(), false, false);
  }

  /** A line each verdict that stands in the map. */
  private record Swatches(VerdictMatrix verdicts) implements CellMap.Legend {
    @Override
    public double width() {
      int longest = present().stream().mapToInt(each -> text(each).length()).max().orElse(0);
      return SWATCH + 7 + longest * CellMap.LETTER;
    }

    @Override
    public double height() {
      return present().size() * LINE;
    }

    @Override
    public void draw(Svg svg, double left, double top, double height) {
      double y = top;
      for (Verdict verdict : present()) {
        String paint = "stroke=\"#222222\" stroke-width=\"0.5\" fill=\"" + verdict.color() + "\"";
        svg.rectangle(left, y, SWATCH, SWATCH, paint);
        svg.text(left + SWATCH + 7, y + SWATCH - 2, "", text(verdict));
        y += LINE;
      }
    }

    private String text(Verdict verdict) {
      return verdict.brief() + ": " + verdict.text() + " (" + verdicts.count(verdict) + ")";
    }

    private Set<Verdict> present() {
      Set<Verdict> present = EnumSet.noneOf(Verdict.class);
      for (Verdict verdict : List.of(Verdict.values())) {
        if (verdicts.count(verdict) > 0) {
          present.add(verdict);
        }
      }
      return present;
    }
  }
}
