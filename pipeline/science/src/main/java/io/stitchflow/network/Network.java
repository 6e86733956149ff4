package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import io.stitchflow.content.Digest;
import io.stitchflow.tensors.TensorFile;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A frozen network that can be cut: always in inference mode, its arrays never written to.
 *
 * <p>It is a list of sections: to the first cut, from each cut to the next, and from the last to
 * the logits. Prefix, suffix and whole are the same operations in the same order, so that cutting
 * changes no bit. Gradients flow through to the input where they are recorded. What comes in and
 * goes out is row by row in memory; inside a network arrays may lie otherwise.
 */
public abstract class Network implements AutoCloseable {
  /** What the network is, and where it can be cut. */
  public abstract NetworkSource source();

  /**
   * A data set as this network takes it.
   *
   * @param count most examples in a batch
   */
  public NetworkInputs inputs(TensorFile examples, int count) {
    return new NetworkInputs(examples, count);
  }

  /**
   * What the section, from 0, makes of {@code x}, which it leaves as it is. There is one more than
   * cuts.
   */
  protected abstract NDArray section(int index, NDArray x);

  /** What the last layer of the last section reads; may close {@code x}, or be it. */
  protected abstract NDArray beforeLastLayer(NDArray x);

  /** As arrays lie in memory between sections; another array, even if it is the same. */
  protected abstract NDArray inside(NDArray x);

  /** As arrays lie in memory elsewhere; another array, even if it is the same. */
  protected abstract NDArray outside(NDArray y);

  /** Of all its numbers, as they are now: a caller can prove that the network stayed frozen. */
  public abstract Digest digest();

  @Override
  public abstract void close();

  /** Logits [examples, classes] of images [examples, channels, height, width]. */
  public NDArray forward(NDArray images) {
    return pass(0, sections(), inside(images));
  }

  /** The representation of images at {@code cut}. */
  public NDArray prefix(NDArray images, CutPoint cut) {
    try (NDArray y = pass(0, sectionsBefore(cut), inside(images))) {
      return outside(y);
    }
  }

  /** The logits of representations at {@code cut}. */
  public NDArray suffix(NDArray representation, CutPoint cut) {
    return pass(sectionsBefore(cut), sections(), inside(representation));
  }

  /**
   * The logits of representations at {@code cut}, like {@link #suffix}; the representation at each
   * later cut is fed to {@code consumer} on the way, in order, in any layout in memory, and valid
   * until the consumer returns.
   */
  public NDArray suffix(
      NDArray representation, CutPoint cut, BiConsumer<CutPoint, NDArray> consumer) {
    NDArray y = inside(representation);
    List<CutPoint> cuts = source().cuts();
    int i = sectionsBefore(cut);
    for (CutPoint later : cuts.subList(i, cuts.size())) {
      y = pass(i, i + 1, y);
      i++;
      consumer.accept(later, y);
    }
    return pass(i, i + 1, y);
  }

  /**
   * What the last layer reads if representations at {@code cut} are fed in; of a program, whose
   * layers nothing shows, what its last segment reads.
   */
  public NDArray penultimate(NDArray representation, CutPoint cut) {
    return beforeLastLayer(pass(sectionsBefore(cut), sections() - 1, inside(representation)));
  }

  /**
   * Feeds the representation at each cut, in order, to {@code consumer}, in one pass; each is valid
   * until the consumer returns.
   *
   * @return the logits
   */
  public NDArray cuts(NDArray images, BiConsumer<CutPoint, NDArray> consumer) {
    NDArray y = inside(images);
    int i = 0;
    for (CutPoint cut : source().cuts()) {
      y = pass(i, i + 1, y);
      i++;
      try (NDArray representation = outside(y)) {
        consumer.accept(cut, representation);
      }
    }
    return pass(i, i + 1, y);
  }

  private int sections() {
    return source().cuts().size() + 1;
  }

  /** How many sections lead to the cut. */
  private int sectionsBefore(CutPoint cut) {
    return source().cuts().indexOf(source().cut(cut.layer())) + 1;
  }

  /** The sections {@code from} until before {@code to}; closes {@code x}. */
  private NDArray pass(int from, int to, NDArray x) {
    NDArray y = x;
    for (int i = from; i < to; i++) {
      try (NDArray before = y) {
        y = section(i, before);
      }
    }
    return y;
  }
}
