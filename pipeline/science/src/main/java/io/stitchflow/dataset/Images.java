package io.stitchflow.dataset;

import java.io.IOException;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/** Labelled images in a fixed order; each call reads or generates them again. */
public interface Images {
  /** Of an image, [channels, height, width]. */
  List<Integer> shape();

  /** Labels are below this, and at least 0. */
  int classes();

  /**
   * Writes all images to {@code sink}.
   *
   * @param progress receives the share done, in [0, 1]
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
