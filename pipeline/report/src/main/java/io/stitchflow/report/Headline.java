package io.stitchflow.report;

import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.NetworkRow;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Verdict;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.VanillaSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What was found, in sentences that claim no more than what was measured. */
final class Headline {
  static final String QUESTION = "Do these trained stitches match the representation?";

  private static final String NOT_IDENTIFIED =
      "The task loss does not identify the stitch: many stitches have nearly the same loss, and"
          + " start, learning rate and number of steps decide which one training finds. So a stitch"
          + " that works without matching does not show that no stitch would do both.";

  private static final int LEAST_SEEDS = 3;

  private Headline() {}

  /** Over all cells of two trained networks that are not the same; one or two sentences. */
  static String of(Answer answer, VanillaSettings settings) {
    List<JudgedCell> cells = answer.trained();
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    cells.forEach(cell -> verdicts.merge(cell.verdict(), 1, Integer::sum));
    int worked = count(cells, Verdict::worked);
    int judged = count(cells, Verdict::judged);
    Sample cost = Sample.of(worked(cells), cell -> cell.number(Answer.COST_OF_MATCHING));
    String subject = "Vanilla stitches " + trained(settings);
    String found;
    if (cells.isEmpty()) {
      found = "Not answered: no cells of two different trained networks.";
    } else if (judged == 0) {
      found =
          String.format(
              Locale.ROOT,
              "Not answered: 0 of %s of two trained networks can be judged (%s).",
              Words.count(cells.size(), "cell"),
              subject.toLowerCase(Locale.ROOT));
    } else {
      found =
          String.format(
                  Locale.ROOT,
                  "%s work in %d of %s of two trained networks%s.",
                  subject,
                  worked,
                  Words.count(judged, "judged cell"),
                  worked == 0 ? "" : matches(verdicts, cost.size() > 0))
              + cost(cost);
    }
    return cells.isEmpty() ? found : found + " " + notJudged(verdicts);
  }

  /**
   * @param front whether verdicts rest on all stitches of the front, not on the vanilla one alone
   */
  private static String matches(Map<Verdict, Integer> verdicts, boolean front) {
    int noCopy = verdicts.getOrDefault(Verdict.NO_COPY, 0);
    return String.format(
        Locale.ROOT,
        front
            ? "; there a stitch with no higher validation loss matches the receiver's representation in %d, in part in %d, and none does in %d%s"
            : "; there they match the receiver's representation in %d, in part in %d, not in %d%s",
        verdicts.getOrDefault(Verdict.MATCHES, 0),
        verdicts.getOrDefault(Verdict.PARTLY, 0),
        verdicts.getOrDefault(Verdict.DIFFERS, 0),
        noCopy == 0 ? "" : ", and in " + noCopy + " no tested copy matches either");
  }

  /** What it costs to match, in cells whose vanilla stitch works. */
  private static String cost(Sample cost) {
    return cost.size() == 0
        ? ""
        : String.format(
            Locale.ROOT,
            " Matching with 90 %% of the copy's R² costs a median of %s accuracy there (quartiles %s and %s).",
            Numbers.fixed(cost.median(), 3),
            Numbers.fixed(cost.quantile(0.25), 3),
            Numbers.fixed(cost.quantile(0.75), 3));
  }

  private static List<Cell> worked(List<JudgedCell> cells) {
    return cells.stream()
        .filter(cell -> cell.verdict().worked())
        .flatMap(cell -> cell.rows().stream())
        .toList();
  }

  /** Not converged and at chance always, so that their absence is said too. */
  private static String notJudged(Map<Verdict, Integer> verdicts) {
    int notConverged = verdicts.getOrDefault(Verdict.NOT_CONVERGED, 0);
    int atChance = verdicts.getOrDefault(Verdict.NO_BASELINE, 0);
    int undecided = verdicts.getOrDefault(Verdict.UNDECIDED, 0);
    int unknown = verdicts.getOrDefault(Verdict.UNKNOWN, 0);
    return String.format(
        Locale.ROOT,
        "Not judged: %s with the receiver at chance, %s not converged%s%s.",
        Words.count(atChance, "cell"),
        Words.count(notConverged, "other cell"),
        undecided == 0 ? "" : ", " + undecided + " too close to call",
        unknown == 0 ? "" : ", " + unknown + " not measured");
  }

  private static int count(List<JudgedCell> cells, Predicate<Verdict> which) {
    return (int) cells.stream().map(JudgedCell::verdict).filter(which).count();
  }

  /** {@code trained from a random start for 6 epochs}. */
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
        "trained %sfrom %s for %s%s",
        objective.equals("task") ? "" : "for the objective '" + objective + "' ",
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

  /** Which stitches the report leaves out, in at most one sentence. */
  static List<String> otherObjectives(VanillaSettings settings) {
    List<String> objectives = settings.getObjectiveList();
    return objectives.size() < 2
        ? List.of()
        : List.of(
            "This report is of vanilla stitches trained for the objective '"
                + objectives.get(0)
                + "'; cells.csv also contains those for "
                + String.join(", ", objectives.subList(1, objectives.size()))
                + ".");
  }

  /** What must stand wherever the headline does. */
  static List<String> notes(Answer answer, List<NetworkRow> networks) {
    List<String> notes = new ArrayList<>();
    notes.add(NOT_IDENTIFIED);
    if (!answer.equalNetworks().isEmpty()) {
      notes.add(
          "Networks with equal weights: "
              + String.join("; ", answer.equalNetworks())
              + ". Cells that differ only in these names are counted once.");
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
              + ". Cells with these receivers have no verdict.");
    }
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
              + "; other seeds may give other numbers and verdicts.");
    }
    return notes;
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
