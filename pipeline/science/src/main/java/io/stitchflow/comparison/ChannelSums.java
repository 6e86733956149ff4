package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.statistics.Assignment;
import io.stitchflow.statistics.ChannelMoments;
import io.stitchflow.statistics.JointMoments;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import java.util.function.ObjDoubleConsumer;
import org.ejml.data.DMatrixRMaj;

/**
 * Moments of a cell's channel vectors: of the sender's representation, of both stitches' output and
 * of what the receiver expects. Of two maps of unlike size the larger is averaged over blocks, so
 * that a position of one stands beside a position of the other.
 */
final class ChannelSums {
  private final int senderBlock;
  private final int receiverBlock;
  private final ChannelMoments sender;
  private final ChannelMoments vanilla;
  private final ChannelMoments copy;
  private final ChannelMoments receiver;
  private final ChannelMoments small;
  private final ChannelMoments.Products fromSender = new ChannelMoments.Products();
  private final ChannelMoments.Products fromVanilla = new ChannelMoments.Products();
  private final ChannelMoments.Products fromCopy = new ChannelMoments.Products();
  private final boolean correspond;
  private boolean hasOutputs;
  private boolean hasProducts;
  private boolean hasSender;

  /** A measure of two representations, by their cross covariance and their moments. */
  interface Comparison {
    double of(DMatrixRMaj cross, ChannelMoments output, ChannelMoments expected);
  }

  ChannelSums(Lane lane, Stitch stitch, ReceiverTargets expected) {
    int larger = stitch.from().multipleOf(stitch.to());
    int smaller = stitch.to().multipleOf(stitch.from());
    this.senderBlock = Math.max(1, larger);
    this.receiverBlock = Math.max(1, smaller);
    this.correspond = larger + smaller > 0;
    this.sender = new ChannelMoments(lane);
    this.vanilla = new ChannelMoments(lane);
    this.copy = new ChannelMoments(lane);
    this.receiver = expected.moments(1);
    this.small = expected.moments(receiverBlock);
  }

  /** Has the moments of both stitches' output summed. */
  ChannelSums withOutputs() {
    hasOutputs = true;
    return this;
  }

  /** Has the products of all three with the expected vectors summed too. */
  ChannelSums withProducts() {
    hasProducts = true;
    withSender();
    return withOutputs();
  }

  /** Has the sender's moments and products with the expected vectors summed. */
  ChannelSums withSender() {
    // positions of maps in any other ratio, or of a map and a vector, do not correspond
    hasSender = correspond;
    return this;
  }

  void add(Meter.Batch batch) {
    ReceiverTargets.Batch y = batch.receiver();
    if (hasOutputs) {
      NDArray vanillaVectors = vanilla.add(batch.vanilla());
      NDArray copyVectors = copy.add(batch.copy());
      if (hasProducts) {
        fromVanilla.add(vanillaVectors, y.vectors(1));
        fromCopy.add(copyVectors, y.vectors(1));
      }
    }
    if (hasSender) {
      fromSender.add(
          sender.add(ReceiverTargets.blockMeans(batch.sender(), senderBlock)),
          y.vectors(receiverBlock));
    }
  }

  ChannelMoments vanilla() {
    return vanilla;
  }

  ChannelMoments copy() {
    return copy;
  }

  ChannelMoments receiver() {
    return receiver;
  }

  /** Hands on the measure of {@code sender}, {@code vanilla} and {@code copy}, with products. */
  void compareAll(ObjDoubleConsumer<String> result, Comparison comparison) {
    if (hasSender) {
      result.accept("sender", comparison.of(fromSender.covariance(sender, small), sender, small));
    }
    result.accept(
        "vanilla", comparison.of(fromVanilla.covariance(vanilla, receiver), vanilla, receiver));
    result.accept("copy", comparison.of(fromCopy.covariance(copy, receiver), copy, receiver));
  }

  /** Of the sender's vectors with the expected ones, where positions correspond. */
  JointMoments ofSender() {
    return JointMoments.of(sender, small, fromSender);
  }

  /** Of the copy's output with the expected vectors. */
  JointMoments ofCopy() {
    return JointMoments.of(copy, receiver, fromCopy);
  }

  /** The sender channel that goes best with each receiver channel; maps are of one shape. */
  int[] permutation() {
    return Assignment.best(
        Assignment.correlations(
            fromSender.covariance(sender, receiver), sender.covariance(), receiver.covariance()));
  }
}
