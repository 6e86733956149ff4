package io.stitchflow.plan;

import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkSource;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.util.List;

/**
 * A network of the experiment in one of its states, or a sender without a network.
 *
 * @param id the stage that trains or imports it, or makes it at random; of a sender without a
 *     network there is no such stage
 * @param cuts those that the experiment uses
 * @param dataset what it is trained and evaluated on; of a sender without a network, the
 *     experiment's
 */
record NetworkVariant(
    String id,
    Network network,
    NetworkSource source,
    boolean random,
    List<CutPoint> cuts,
    DatasetSource dataset) {
  String name() {
    return network.getName();
  }

  String label() {
    return random ? "random " + name() : name();
  }

  /** The stage that caches what this network makes of a split at {@code cut}. */
  String representation(CutPoint cut, String split) {
    return "represent " + label() + "/" + cut.layer() + " " + split;
  }

  /** Whether it is a sender without a network. */
  boolean withoutNetwork() {
    return network.hasRepresentations();
  }

  /** Whether it is for another data set than the experiment's. */
  boolean hasOwnDataset() {
    return network.hasDataset();
  }

  /** Whether its weights come from a file. */
  boolean imported() {
    return network.hasProgram() || (network.hasWeights() && !random);
  }

  /** How it is trained; with 0 epochs nothing else is set, since nothing else can change it. */
  TrainingRecipe recipe() {
    boolean trained = !random && !imported() && network.getRecipe().getEpochs() > 0;
    return trained ? network.getRecipe() : TrainingRecipe.newBuilder().setEpochs(0).build();
  }

  /** Its only one: the experiment has each network by itself. */
  long seed() {
    return network.getSeed(0);
  }

  ReportNetwork described() {
    return ReportNetwork.newBuilder()
        .setName(name())
        .setArchitecture(source.name())
        .setWidth(source.width())
        .setSeed(seed())
        .setRandom(random)
        .setDataset(dataset.title())
        .addAllCut(source.cuts().stream().map(CutPoint::layer).toList())
        .setClasses(source.task().classes())
        .setImported(imported())
        .setRecipe(recipe())
        .setWithoutNetwork(withoutNetwork())
        .setImportedRecipe(imported() ? network.getImportedRecipe() : "")
        .build();
  }
}
