package io.stitchflow.dataset;

import java.io.IOException;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/** Labelled images in a fixed order, read or drawn as often as they are asked for. */
interface Images {
  /** Below this are labels. */
  int classes();

  /**
   * Hands all images over.
   *
   * @param progress told the share that is done
   * @throws IllegalArgumentException if they are not what they should be
   */
  void write(ImageSink sink, DoubleConsumer progress) throws IOException;

  /** The labels alone, in the same order. */
  default int[] labels() throws IOException {
    IntStream.Builder labels = IntStream.builder();
    write((image, label) -> labels.add(label), share -> {});
    return labels.build().toArray();
  }
}
