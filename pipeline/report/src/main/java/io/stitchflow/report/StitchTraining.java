package io.stitchflow.report;

import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.TrainingCurve;
import java.util.List;
import java.util.Map;

/**
 * The training of the cells' vanilla stitches.
 *
 * @param starts of each cell, in the order of its curves
 * @param curves by cell, one for each start
 */
record StitchTraining(List<Initialization> starts, Map<ReportCell, List<TrainingCurve>> curves) {
  StitchTraining {
    starts = List.copyOf(starts);
    curves = Map.copyOf(curves);
  }
}
