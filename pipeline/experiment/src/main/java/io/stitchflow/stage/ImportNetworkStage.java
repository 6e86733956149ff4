package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.ImportNetworkExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImportNetwork;

/** Converts the weights of safetensors files to a network file. */
final class ImportNetworkStage extends StageDefinition {
  ImportNetworkStage() {
    super(
        StageTraits.of("import_network", 3, Phase.TRAIN_NETWORKS)
            .makes("imported weights", "imported weights")
            .reads("weights", "index", "shard[*]")
            .writes("network", BlobFormat.SAFETENSORS)
            .fromSourceFiles()
            .withoutArithmetic());
  }

  @Override
  public StageExecutor executor() {
    return new ImportNetworkExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    ImportNetwork network = action.getImportNetwork();
    return "imported "
        + Descriptions.architecture(
            network.getBlocksList(),
            network.getWidth(),
            network.getPlain(),
            network.getLayerList());
  }
}
