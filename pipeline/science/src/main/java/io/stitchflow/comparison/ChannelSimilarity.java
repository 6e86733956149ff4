package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Metric;
import java.util.function.DoubleConsumer;
import org.ejml.data.DMatrixRMaj;

/**
 * Channel vectors of a cell: what the sender gives and what both stitches make of it, beside what
 * the receiver expects. Of two maps of unlike size the larger is averaged over blocks, so that a
 * position of one stands beside a position of the other.
 */
final class ChannelSimilarity {
  private final ReceiverTargets expected;
  private final boolean similarities;
  private final boolean sends;
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

  ChannelSimilarity(Lane lane, Stitch stitch, ReceiverTargets expected, boolean permutes) {
    this.expected = expected;
    this.similarities = expected.asks(Metric.CKA, Metric.PROCRUSTES);
    // the flattened family's sender has no positions to stand beside a vector
    this.sends = stitch.patch() != 0 && (similarities || permutes);
    this.senderBlock = stitch.patch();
    this.receiverBlock = stitch.upsampling();
    this.sender = new ChannelMoments(lane);
    this.vanilla = new ChannelMoments(lane);
    this.copy = new ChannelMoments(lane);
    this.receiver = expected.moments(1);
    this.small = expected.moments(receiverBlock);
  }

  /**
   * Adds a batch.
   *
   * @param x the sender's representation
   * @param v what the vanilla stitch makes of it
   * @param c what the copy stitch makes of it
   */
  void add(NDArray x, NDArray v, NDArray c, ReceiverTargets.Batch y) {
    if (similarities || expected.asks(Metric.MAHALANOBIS)) {
      NDArray vanillaVectors = vanilla.add(v);
      NDArray copyVectors = copy.add(c);
      if (similarities) {
        fromVanilla.add(vanillaVectors, y.vectors(1));
        fromCopy.add(copyVectors, y.vectors(1));
      }
    }
    if (sends) {
      fromSender.add(
          sender.add(ReceiverTargets.blockMeans(x, senderBlock)), y.vectors(receiverBlock));
    }
  }

  void measure(Measurement.Builder result) {
    if (expected.asks(Metric.CKA)) {
      if (sends) {
        set(Similarity.cka(cross(fromSender, sender, small), sender, small), result::setSenderCka);
      }
      set(
          Similarity.cka(cross(fromVanilla, vanilla, receiver), vanilla, receiver),
          result::setVanillaCka);
      set(Similarity.cka(cross(fromCopy, copy, receiver), copy, receiver), result::setCopyCka);
    }
    if (expected.asks(Metric.PROCRUSTES)) {
      if (sends) {
        set(
            Similarity.procrustes(cross(fromSender, sender, small), sender, small),
            result::setSenderProcrustes);
      }
      set(
          Similarity.procrustes(cross(fromVanilla, vanilla, receiver), vanilla, receiver),
          result::setVanillaProcrustes);
      set(
          Similarity.procrustes(cross(fromCopy, copy, receiver), copy, receiver),
          result::setCopyProcrustes);
    }
    if (expected.asks(Metric.MAHALANOBIS)) {
      set(Similarity.mahalanobis(vanilla, receiver), result::setVanillaMahalanobis);
      set(Similarity.mahalanobis(copy, receiver), result::setCopyMahalanobis);
    }
  }

  /** The sender channel that goes best with each receiver channel; maps are of one shape. */
  int[] permutation() {
    DMatrixRMaj correlations =
        Assignment.correlations(
            cross(fromSender, sender, receiver), sender.covariance(), receiver.covariance());
    return Assignment.best(correlations);
  }

  private static DMatrixRMaj cross(
      ChannelMoments.Products products, ChannelMoments a, ChannelMoments b) {
    return products.covariance(a, b);
  }

  /** What is undefined stays unset. */
  static void set(double value, DoubleConsumer field) {
    if (Double.isFinite(value)) {
      field.accept(value);
    }
  }
}
