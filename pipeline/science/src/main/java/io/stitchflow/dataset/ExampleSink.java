package io.stitchflow.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Receives labelled examples, one after another. */
@FunctionalInterface
public interface ExampleSink {
  /**
   * Receives the next example.
   *
   * @param example its numbers, little-endian, as {@link LabelledExamples#element} says; consumed
   */
  void write(ByteBuffer example, int label) throws IOException;
}
