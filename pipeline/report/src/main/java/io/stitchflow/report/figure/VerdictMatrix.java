package io.stitchflow.report.figure;

import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.Verdict;
import io.stitchflow.v1.ReportCell;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verdict on each cell of a pair, rows = sender cuts, columns = receiver cuts. */
final class VerdictMatrix {
  private final List<String> senderCuts;
  private final List<String> receiverCuts;
  private final @Nullable Verdict[] verdicts;

  private VerdictMatrix(List<String> senderCuts, List<String> receiverCuts) {
    this.senderCuts = List.copyOf(senderCuts);
    this.receiverCuts = List.copyOf(receiverCuts);
    this.verdicts = new Verdict[senderCuts.size() * receiverCuts.size()];
  }

  /**
   * Arranges the verdicts.
   *
   * @param cells of one pair and condition
   */
  static VerdictMatrix of(
      Collection<JudgedCell> cells, List<String> senderCuts, List<String> receiverCuts) {
    VerdictMatrix matrix = new VerdictMatrix(senderCuts, receiverCuts);
    for (JudgedCell cell : cells) {
      ReportCell place = cell.rows().get(0).place();
      int row = senderCuts.indexOf(place.getSenderCut());
      int column = receiverCuts.indexOf(place.getReceiverCut());
      matrix.verdicts[row * receiverCuts.size() + column] = cell.verdict();
    }
    return matrix;
  }

  List<String> senderCuts() {
    return senderCuts;
  }

  List<String> receiverCuts() {
    return receiverCuts;
  }

  /** Null where there is no cell. */
  @Nullable Verdict at(int row, int column) {
    return verdicts[row * receiverCuts.size() + column];
  }

  int count(Verdict verdict) {
    return (int) Arrays.stream(verdicts).filter(each -> each == verdict).count();
  }

  /** Whether any cell answers the question. */
  boolean judged() {
    return Arrays.stream(verdicts).anyMatch(each -> each != null && each.judged());
  }
}
