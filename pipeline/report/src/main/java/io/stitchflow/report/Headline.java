package io.stitchflow.report;

import io.stitchflow.comparison.Front;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellResampling;
import io.stitchflow.report.cells.Interval;
import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.NetworkRow;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Region;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Verdict;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.VanillaSettings;
import io.stitchflow.v1.WriteReport;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What was found, in sentences that claim no more than what was measured. */
final class Headline {
  static final String QUESTION = "Can a stitch that works match the representation?";

  private static final String NOT_IDENTIFIED =
      "The task loss does not identify the stitch: many stitches have nearly the same loss, and"
          + " start, learning rate and number of steps decide which one training finds. So a stitch"
          + " that works without matching does not show that no stitch would do both.";

  private static final String DEFINITIONS =
      String.format(
          Locale.ROOT,
          "A stitch works if it keeps %.0f %% of what the receiver's accuracy is above chance; it"
              + " matches if it has %.0f %% of the copy's R².",
          100 * Front.WORKS,
          100 * Front.MATCHES);

  private static final Set<Verdict> ALWAYS_COUNTED =
      EnumSet.of(Verdict.UNDECIDED, Verdict.NOT_CONVERGED, Verdict.NO_BASELINE);

  private static final int LEAST_SEEDS = 3;

  private Headline() {}

  /** Over all cells of two trained networks that are not the same: lines, one a region. */
  static String of(Answer answer, VanillaSettings settings) {
    List<JudgedCell> cells = answer.trained();
    if (cells.isEmpty()) {
      return "Not answered: no cells of two different trained networks.";
    }
    List<String> sentences = new ArrayList<>();
    sentences.add(
        "Two different trained networks; vanilla stitches "
            + trained(settings)
            + "; copies by "
            + answer.solvers().stream().map(Words::of).collect(Collectors.joining(" and "))
            + ".");
    List<CellResampling> stated = new ArrayList<>();
    for (Region region : Region.values()) {
      List<JudgedCell> all = cells.stream().filter(cell -> cell.region() == region).toList();
      List<JudgedCell> judged = all.stream().filter(cell -> cell.verdict().judged()).toList();
      if (judged.size() >= Answer.LEAST_CELLS) {
        CellResampling resampling = CellResampling.of(judged);
        stated.add(resampling);
        sentences.add(sentence(region) + found(judged, all.size(), resampling));
      } else if (!all.isEmpty()) {
        sentences.add(sentence(region) + tooFew(judged.size(), all.size()));
      }
    }
    if (stated.isEmpty()) {
      sentences.add(0, "Not answered: too few cells can be judged.");
    } else {
      sentences.add(intervals(stated));
    }
    sentences.add(notJudged(cells));
    return String.join("\n", sentences);
  }

  private static String sentence(Region region) {
    return switch (region) {
      case LOWER -> "Lower (the sender's cut is deeper): ";
      case DIAGONAL -> "Diagonal (equal depth): ";
      case UPPER -> "Upper (the receiver's cut is deeper): ";
      case NO_DEPTH -> throw new IllegalArgumentException("of networks only");
    };
  }

  private static String tooFew(int judged, int all) {
    return String.format(
        Locale.ROOT,
        "too few cells (%d of %s judged, at least %d needed).",
        judged,
        Words.count(all, "cell"),
        Answer.LEAST_CELLS);
  }

  /** The verdicts that any cell has, and always whether a matching stitch works as well. */
  private static String found(List<JudgedCell> judged, int all, CellResampling resampling) {
    List<String> parts = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      Predicate<JudgedCell> holds = cell -> cell.verdict() == verdict;
      long count = judged.stream().filter(holds).count();
      if (count > 0 || verdict == Verdict.WORKS_AS_WELL) {
        parts.add(
            String.format(
                Locale.ROOT,
                "%s in %d (%s%s)",
                verdict.text(),
                count,
                percent((double) count / judged.size(), resampling.share(holds)),
                verdict == Verdict.COSTS ? "; " + cost(judged, holds, resampling) : ""));
      }
    }
    return String.format(
        Locale.ROOT, "of %d judged cells of %d, %s.", judged.size(), all, String.join(", ", parts));
  }

  /** {@code 60 % [39 to 78]}. */
  private static String percent(double share, Interval interval) {
    return String.format(
        Locale.ROOT,
        "%s %% [%s to %s]",
        Numbers.fixed(100 * share, 0),
        Numbers.fixed(100 * interval.from(), 0),
        Numbers.fixed(100 * interval.to(), 0));
  }

  private static String cost(
      List<JudgedCell> judged, Predicate<JudgedCell> holds, CellResampling resampling) {
    Sample costs = new Sample();
    judged.stream().filter(holds).forEach(cell -> costs.add(cell.cost()));
    Interval interval = resampling.medianCost(holds);
    return String.format(
        Locale.ROOT,
        "median %s points [%s to %s]",
        Numbers.fixed(100 * costs.median(), 1),
        Numbers.fixed(100 * interval.from(), 1),
        Numbers.fixed(100 * interval.to(), 1));
  }

  /** What the brackets are. */
  private static String intervals(List<CellResampling> stated) {
    long overNetworks = stated.stream().filter(CellResampling::overNetworks).count();
    String brackets =
        overNetworks == stated.size()
            ? "Brackets: 95 % bootstrap intervals over network seeds"
            : "Brackets: 95 % intervals over cells, of shares by Wilson";
    String mixed =
        overNetworks == 0 || overNetworks == stated.size()
            ? ""
            : ", in regions with "
                + CellResampling.LEAST_NETWORKS
                + " seeds of each network over network seeds";
    String without =
        overNetworks == stated.size()
            ? ""
            : "; network seeds are not in them, which needs "
                + CellResampling.LEAST_NETWORKS
                + " seeds of each network";
    return brackets + mixed + ", of points also over test images" + without + ".";
  }

  /** The reasons of {@link #ALWAYS_COUNTED} always, so that their absence is said too. */
  private static String notJudged(List<JudgedCell> cells) {
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    cells.forEach(cell -> verdicts.merge(cell.verdict(), 1, Integer::sum));
    int judged = (int) cells.stream().filter(cell -> cell.verdict().judged()).count();
    List<String> reasons = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      int count = verdicts.getOrDefault(verdict, 0);
      if (!verdict.judged() && (count > 0 || ALWAYS_COUNTED.contains(verdict))) {
        String remedy = verdict == Verdict.UNKNOWN ? " (a verdict needs the metric front)" : "";
        reasons.add(verdict.text() + " in " + count + remedy);
      }
    }
    return String.format(
        Locale.ROOT,
        "Not judged: %d of %s: %s.",
        cells.size() - judged,
        Words.count(cells.size(), "cell"),
        String.join(", ", reasons));
  }

  /** {@code trained for the task from a random start for 6 epochs}. */
  private static String trained(VanillaSettings settings) {
    StitchRecipe recipe = settings.getRecipe();
    List<String> starts =
        settings.getInitializationList().stream().map(Headline::startWords).toList();
    String start =
        starts.size() == 1
            ? starts.get(0)
            : "the best of " + starts.size() + " starts (" + String.join(", ", starts) + ")";
    String objective = settings.getObjectiveCount() == 0 ? "task" : settings.getObjective(0);
    return String.format(
        Locale.ROOT,
        "trained for %s from %s for %s%s",
        objective.equals("task") ? "the task" : "the objective '" + objective + "'",
        start,
        recipe.getPatience() > 0 ? "up to " : "",
        Words.count(recipe.getEpochs(), "epoch"));
  }

  private static String startWords(Initialization start) {
    return switch (start) {
      case KAIMING -> "a random start";
      case COPY -> "the least-squares copy";
      case MEAN -> "the mean of the expected representation";
      default -> "start " + Words.text(start).replace('_', ' ');
    };
  }

  /** How many cells the report lacks, in at most one sentence. */
  static List<String> missingCells(WriteReport report) {
    int missing = report.getMissingCells();
    return missing == 0
        ? List.of()
        : List.of(
            "This report is incomplete: "
                + missing
                + " of "
                + Words.count(missing + report.getCellCount(), "cell")
                + " are missing: they were not computed, or their stages failed.");
  }

  /** Which stitches the report leaves out, in at most one sentence. */
  static List<String> otherObjectives(VanillaSettings settings) {
    List<String> objectives = settings.getObjectiveList();
    return objectives.size() < 2
        ? List.of()
        : List.of(
            "This report is of vanilla stitches trained for the objective '"
                + objectives.get(0)
                + "'; those for "
                + String.join(", ", objectives.subList(1, objectives.size()))
                + " are in cells.csv and in the page's table of objectives.");
  }

  /** What must stand wherever the headline does. */
  static List<String> notes(Answer answer, List<NetworkRow> networks) {
    List<String> notes = new ArrayList<>();
    notes.add(DEFINITIONS);
    notes.add(NOT_IDENTIFIED);
    if (!answer.equalNetworks().isEmpty()) {
      notes.add(
          "Networks with equal weights: "
              + String.join("; ", answer.equalNetworks())
              + ". Cells that differ only in these names are counted once.");
    }
    if (!answer.withoutNetwork().isEmpty()) {
      notes.add(
          "Senders without a network ("
              + String.join(", ", answer.withoutNetwork())
              + ") have rows of their own and are not in the headline: their accuracy is what a"
              + " stitch reaches without a network before it. They predict nothing, so agreement"
              + " with the sender is empty.");
    }
    List<String> atChance =
        networks.stream()
            .filter(NetworkRow::atChance)
            .map(row -> row.name() + " (" + Numbers.fixed(row.test(), 3) + ")")
            .toList();
    if (!atChance.isEmpty()) {
      notes.add(
          "Test accuracy not clearly above chance, "
              + Numbers.fixed(networks.get(0).chance().accuracy(), 3)
              + ": "
              + String.join(", ", atChance)
              + ". Cells with one of them as receiver have no verdict.");
    }
    notes.addAll(brackets(answer));
    List<JudgedCell> overfitted = answer.all().stream().filter(JudgedCell::copyOverfits).toList();
    if (!overfitted.isEmpty()) {
      notes.add(overfits(overfitted));
    }
    if (0 < answer.seeds() && answer.seeds() < LEAST_SEEDS) {
      notes.add(
          "Warning: "
              + Words.count(answer.seeds(), "stitch seed")
              + ", too few for an interval over seeds, which needs "
              + LEAST_SEEDS
              + "; other seeds may give other numbers and verdicts. The field seed of the experiment takes several.");
    }
    return notes;
  }

  /** What brackets in the table of the answer are. */
  private static List<String> brackets(Answer answer) {
    Set<Answer.Level> levels = EnumSet.noneOf(Answer.Level.class);
    answer.rows().forEach(row -> levels.add(row.level()));
    List<String> parts = new ArrayList<>();
    if (levels.contains(Answer.Level.NETWORK_SEEDS)) {
      parts.add(
          "over network seeds where there are "
              + CellResampling.LEAST_NETWORKS
              + " of each network");
    }
    if (levels.contains(Answer.Level.CELLS)) {
      parts.add("over cells");
    }
    if (levels.contains(Answer.Level.STITCH_SEEDS) && answer.seeds() >= LEAST_SEEDS) {
      parts.add(
          "over stitch seeds in rows with fewer than "
              + Answer.LEAST_CELLS
              + " cells (means only)");
    }
    return parts.isEmpty()
        ? List.of()
        : List.of(
            "In the table, brackets are 95 % intervals " + String.join(", else ", parts) + ".");
  }

  private static String overfits(List<JudgedCell> cells) {
    List<Cell> rows = cells.stream().flatMap(cell -> cell.rows().stream()).toList();
    return String.format(
        Locale.ROOT,
        "The best copy overfits in %s of all conditions: median R² %s on train, %s on test examples.",
        Words.count(cells.size(), "cell"),
        Numbers.brief(Sample.of(rows, Headline::trainR2).median()),
        Numbers.brief(Sample.of(rows, Cell::r2Copy).median()));
  }

  private static @Nullable Double trainR2(Cell testRow) {
    Double test = testRow.r2Copy();
    Double drop = testRow.shared().copyDrop();
    return test == null || drop == null ? null : (Double) (test + drop);
  }
}
