package io.stitchflow.cli.execution;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.libtorch.CudaLibtorch;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Plan;
import java.util.Map;

/** libtorch for CUDA in a process that is to compute with it. */
final class CudaLibraries {
  private CudaLibraries() {}

  /**
   * Has DJL load libtorch for CUDA if the plan was made for a GPU.
   *
   * @throws InputException if it is not on this machine, with what to do
   */
  static void prepare(Plan plan, Map<String, String> environment) throws InputException {
    boolean cuda =
        plan.getStageList().stream()
            .anyMatch(stage -> Toolchains.isCuda(stage.getAction().getToolchain()));
    if (!cuda) {
      return;
    }
    try {
      CudaLibtorch.find(environment).use();
    } catch (IllegalArgumentException e) {
      throw new InputException("--device: " + e.getMessage());
    }
  }
}
