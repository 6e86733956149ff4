package io.stitchflow.plan;

import io.stitchflow.gc.Eviction;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Stage;
import java.util.HashMap;
import java.util.Map;

/**
 * What a run still has to compute and to keep, roughly.
 *
 * @param flops floating-point operations: two for each multiply-accumulate
 * @param representationBytes what representations will take on the disk: of those that do not stay,
 *     the most that one pass makes at once
 * @param otherBytes what all else will take
 */
public record RemainingWork(double flops, long representationBytes, long otherBytes) {
  private static final int FLOPS_A_MAC = 2;

  /** Of all that is not a hit. */
  public static RemainingWork of(PlanStatus survey) {
    double macs = 0;
    long representations = 0;
    long others = 0;
    Map<String, Long> passing = new HashMap<>();
    for (PlanStatus.StageStatus status : survey.stages()) {
      if (status.state() == PlanStatus.State.HIT) {
        continue;
      }
      Stage stage = status.stage();
      StageDefinition definition = StageDefinition.of(stage);
      if (definition.costIsArithmetic()) {
        macs += stage.getCost();
      }
      if (stage.getFleeting()) {
        passing.merge(stage.getGroup(), stage.getOutputBytes(), Long::sum);
      } else if (definition.eviction() == Eviction.FIRST) {
        representations += stage.getOutputBytes();
      } else {
        others += stage.getOutputBytes();
      }
    }
    long largest = passing.values().stream().mapToLong(bytes -> bytes).max().orElse(0);
    return new RemainingWork(FLOPS_A_MAC * macs, representations + largest, others);
  }

  public long bytes() {
    return representationBytes + otherBytes;
  }
}
