package io.stitchflow.objective;

import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import java.util.Objects;

/**
 * What the receiver's last layer reads, such as the pooled channels of a ResNet: {@link
 * RelativeError} there. Where the stitch feeds the last layer itself, this is the objective {@code
 * copy} over a constant.
 */
record PenultimateObjective() implements Objective {
  @Override
  public String name() {
    return "penultimate";
  }

  @Override
  public boolean readsRepresentation() {
    return true;
  }

  @Override
  public BatchLoss open(ObjectiveInputs inputs) {
    Network receiver = Objects.requireNonNull(inputs.receiver(), "receiver");
    CutPoint cut = inputs.cut();
    return new RelativeError(
        new OwnRepresentation(inputs),
        (representation, consumer) -> consumer.accept(receiver.penultimate(representation, cut)));
  }
}
