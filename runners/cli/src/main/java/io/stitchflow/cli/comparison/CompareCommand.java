package io.stitchflow.cli.comparison;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.report.cells.Split;
import io.stitchflow.spec.Suggestion;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stitchflow compare A B}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Compares the cells of two reports: which cells moved, and by how much.",
      "A and B are each an output directory of 'run', a cells.csv, or the ID of a run, whose report is in the store; 'runs' lists IDs.",
      "A cell is a row with the same condition, sender, receiver, cuts, copy solver, split, seed and objective in both.",
      "equal: the same text. by rounding: different by less than 1e-6 of the larger value, as processors cause it. only A, only B: measured in one report only. Numbers over cells are means for quantities with bounds, such as accuracies, else medians.",
      "The exit code is 0 whether values differ or not."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  stitchflow compare stitchflow-out/a stitchflow-out/b --metric vanilla_cka",
      "compares one column of cells.csv; without --metric vanilla_accuracy, copy_accuracy, r2_vanilla, r2_copy and gap."
    })
public final class CompareCommand implements Callable<Integer> {
  /** What the shell completes. */
  static final class Splits implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return splits().iterator();
    }
  }

  private final Terminal system;
  private final Map<String, String> environment;

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "The first report: a directory, a cells.csv or a run's ID.")
  private String a = "";

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "The second report. Differences are B - A.")
  private String b = "";

  @Option(
      names = "--metric",
      paramLabel = "COLUMN",
      description = "A column of numbers of cells.csv; repeatable. The matrix is of the first one.")
  private List<String> metrics = List.of();

  @Option(
      names = "--split",
      paramLabel = "SPLIT",
      completionCandidates = Splits.class,
      description = "train, validation or test (default).")
  private String split = Split.TEST.text();

  @Mixin private StoreOption store = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public CompareCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    Split chosen = split();
    ReportPlace place = new ReportPlace(store, environment);
    CellsComparison comparison =
        CellsComparison.of(
            place.open(a), place.open(b), chosen, metrics.stream().distinct().toList());
    json.print(system, new ComparisonText(comparison).text(), comparison.json());
    return ExitCode.DONE;
  }

  private Split split() throws InputException {
    return Arrays.stream(Split.values())
        .filter(each -> each.text().equals(split))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--split: there is no split '"
                        + split
                        + "'; "
                        + Suggestion.advice(split, splits())));
  }

  private static List<String> splits() {
    return Arrays.stream(Split.values()).map(Split::text).toList();
  }
}
