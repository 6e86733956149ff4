package io.stitchflow.objective;

import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import java.util.List;
import java.util.Objects;

/**
 * What the receiver makes of its inputs later: {@link RelativeError} at all its cuts after the
 * stitched one, or in its logits where there is no later cut. The sum of 1 − R² that the metric
 * {@code drift} measures. After "functional latent alignment", <a
 * href="https://arxiv.org/abs/2505.20142">Athanasiadis et al. 2025</a>, without the cut itself and
 * with each error over a variance.
 */
record LaterObjective() implements Objective {
  @Override
  public String name() {
    return "later";
  }

  @Override
  public boolean readsRepresentation() {
    return true;
  }

  @Override
  public BatchLoss open(ObjectiveInputs inputs) {
    Network receiver = Objects.requireNonNull(inputs.receiver(), "receiver");
    CutPoint cut = inputs.cut();
    List<CutPoint> cuts = receiver.source().cuts();
    boolean last = cuts.indexOf(cut) == cuts.size() - 1;
    return new RelativeError(
        new OwnRepresentation(inputs),
        last
            ? (representation, consumer) -> consumer.accept(receiver.suffix(representation, cut))
            : (representation, consumer) ->
                receiver.suffix(representation, cut, (layer, map) -> consumer.accept(map)));
  }
}
