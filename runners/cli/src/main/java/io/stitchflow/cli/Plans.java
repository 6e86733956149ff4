package io.stitchflow.cli;

import io.stitchflow.plan.Estimator;
import io.stitchflow.plan.Planner;
import io.stitchflow.plan.Survey;
import io.stitchflow.plan.Survey.StageStatus;
import io.stitchflow.plan.ValidExperiment;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Toolchain;
import java.io.IOException;

/** What commands do before anything runs. */
final class Plans {
  private Plans() {}

  /**
   * @param device what computes, as {@code --device} has it
   * @throws InputException if there is no such device, or a file of the data set cannot be read
   */
  static Plan of(ValidExperiment valid, String device) throws InputException {
    try {
      return Planner.plan(valid.experiment(), valid.base(), toolchain(device));
    } catch (IOException e) {
      throw new InputException("the data set cannot be read: " + e + "; check its files");
    }
  }

  private static Toolchain toolchain(String device) throws InputException {
    try {
      return Toolchains.forDevice(device);
    } catch (IllegalArgumentException e) {
      throw new InputException("--device: " + e.getMessage());
    }
  }

  /** Knows how long everything took that is in the store. */
  static Estimator estimator(Survey survey, int lanes) {
    Estimator estimator = new Estimator(lanes);
    for (StageStatus status : survey.stages()) {
      if (status.known() != null) {
        estimator.learn(status.stage(), status.known().getResult().getSeconds());
      }
    }
    return estimator;
  }
}
