package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.TrainNetwork;
import java.util.List;

/** Trains a network, or evaluates one with random or imported weights. */
final class TrainNetworkStage extends StageDefinition {
  private static final String START = "start";

  TrainNetworkStage() {
    super(
        StageTraits.of("train_network", 4, Phase.TRAIN_NETWORKS)
            .makes("network", "networks")
            .reads("train", "test", "validation", START)
            .writes("network", BlobFormat.SAFETENSORS)
            .writes("training", BlobFormat.TRAINING_CURVE)
            .writes("predictions", BlobFormat.PREDICTIONS)
            .withTorch());
  }

  @Override
  public StageExecutor executor() {
    return new TrainNetworkExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    int epochs = action.getTrainNetwork().getRecipe().getEpochs();
    String trained =
        switch (epochs) {
          case 0 -> "";
          case 1 -> ", 1 epoch";
          default -> ", " + Integer.toUnsignedString(epochs) + " epochs";
        };
    return network(action) + trained;
  }

  @Override
  public String describeNetwork(Action action, List<String> roles, Provenance provenance) {
    return network(action);
  }

  private static String network(Action action) {
    TrainNetwork network = action.getTrainNetwork();
    String architecture =
        Descriptions.architecture(
            network.getBlocksList(),
            network.getWidth(),
            network.getPlain(),
            network.getLayerList());
    if (action.getInputList().stream().anyMatch(input -> input.getRole().equals(START))) {
      return "imported " + architecture;
    }
    return (network.getRecipe().getEpochs() == 0 ? "random " : "")
        + architecture
        + " seed "
        + Long.toUnsignedString(network.getSeed());
  }
}
