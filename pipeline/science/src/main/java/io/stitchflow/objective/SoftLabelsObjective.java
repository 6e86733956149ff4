package io.stitchflow.objective;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.torch.Functional;
import java.util.Objects;

/**
 * The receiver's own answers: cross-entropy of the stitched network's class probabilities to those
 * of the receiver on its own representation. Its minimum is that of KL(p || q), 0 where both answer
 * alike; labels are not read. "Knowledge distillation" of <a
 * href="https://arxiv.org/abs/1503.02531">Hinton et al. 2015</a> at temperature 1.
 *
 * <p>The probabilities are computed for each batch, by one forward pass of the suffix that all
 * stitches of a column share: a third of what one stitch costs.
 */
record SoftLabelsObjective() implements Objective {
  @Override
  public String name() {
    return "soft_labels";
  }

  @Override
  public boolean readsRepresentation() {
    return true;
  }

  @Override
  public BatchLoss open(ObjectiveInputs inputs) {
    return new ToOutputs(
        new OwnRepresentation(inputs),
        Objects.requireNonNull(inputs.receiver(), "receiver"),
        inputs.cut());
  }

  private record ToOutputs(OwnRepresentation own, Network receiver, CutPoint cut)
      implements BatchLoss {
    @Override
    public NDArray target(int[] rows, int from, int count) {
      return receiver.suffix(own.batch(rows, from, count), cut).softmax(1);
    }

    @Override
    public NDArray loss(NDArray stitched, NDArray probabilities) {
      return Functional.softCrossEntropy(receiver.suffix(stitched, cut), probabilities);
    }
  }
}
