package io.stitchflow.report.figure;

import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.report.cells.Split;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ReportCell;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Differences between two reports over the cuts of one pair as ASCII text without colours: rows =
 * sender cuts, columns = receiver cuts, in the order of their first entries.
 */
public final class DifferenceMatrix {
  private static final String NAME = "difference";

  private static final Quantity DIFFERENCE =
      Quantity.number(NAME, NAME, Quantity.Range.REAL, Quantity.Better.NEITHER).drawn(NAME);

  private DifferenceMatrix() {}

  /** The difference at one sender cut and one receiver cut. */
  public record Entry(String senderCut, String receiverCut, double difference) {}

  /**
   * Lines that end with LF; empty without entries.
   *
   * @param entries at most one for each sender cut and receiver cut
   */
  public static String text(String heading, List<Entry> entries) {
    if (entries.isEmpty()) {
      return "";
    }
    List<Cell> cells = new ArrayList<>();
    for (Entry entry : entries) {
      ReportCell place =
          ReportCell.newBuilder()
              .setCondition(Condition.TRAINED_TRAINED)
              .setSenderCut(entry.senderCut())
              .setReceiverCut(entry.receiverCut())
              .build();
      MeasuredValues values = new MeasuredValues(0, Map.of(NAME, entry.difference()), Map.of());
      cells.add(new Cell(place, Split.TEST, values, Digest.of(new byte[0]), Shared.NONE));
    }
    String matrix =
        TerminalMatrices.plain(
            TerminalMatrix.of(new CellTable(cells), "", "", Condition.TRAINED_TRAINED)
                .colored(DIFFERENCE));
    // The first line names a pair and the test split, which these cells do not have
    return heading + matrix.substring(matrix.indexOf('\n'));
  }
}
