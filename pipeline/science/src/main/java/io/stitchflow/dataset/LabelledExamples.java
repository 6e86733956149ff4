package io.stitchflow.dataset;

import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.RowIdentities;
import java.io.IOException;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Labelled examples in a fixed order; each call reads or generates them again. */
public interface LabelledExamples {
  /** Of an example: [channels, height, width], [tokens, features] or [features]. */
  List<Integer> shape();

  /** How each number is stored: bytes are levels, 255 for 1. */
  default Element element() {
    return Element.UINT8;
  }

  /** Labels are below this, and at least 0. */
  int classes();

  /**
   * Writes all examples to {@code sink}.
   *
   * @param progress receives the share done, in [0, 1]
   * @throws IllegalArgumentException if they are not what they should be
   */
  void write(ExampleSink sink, DoubleConsumer progress) throws IOException;

  /** The labels alone, in the same order. */
  default int[] labels() throws IOException {
    IntStream.Builder labels = IntStream.builder();
    write((example, label) -> labels.add(label), share -> {});
    return labels.build().toArray();
  }

  /** An identity of each example, in the same order; null if examples have none. */
  default @Nullable RowIdentities identities() {
    return null;
  }
}
