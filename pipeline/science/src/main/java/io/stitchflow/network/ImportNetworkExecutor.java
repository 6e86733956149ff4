package io.stitchflow.network;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.foreign.WeightFiles;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.ImportNetwork;
import java.io.IOException;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Makes a network's file of somebody's safetensors. */
public final class ImportNetworkExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      ImportNetwork parameters = runs.get(i).action().getImportNetwork();
      Architecture architecture = Architecture.of(parameters);
      ForeignWeights weights =
          ForeignWeights.read(
              WeightFiles.of(runs.get(i)).open(), architecture, parameters.getNameMapList());
      Safetensors.write(
          runs.get(i).output("network"), weights.tensors(), Weights.metadata(architecture));
      progress.accept((i + 1.) / runs.size());
    }
  }
}
