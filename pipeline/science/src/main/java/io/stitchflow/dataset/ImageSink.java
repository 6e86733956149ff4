package io.stitchflow.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Receives labelled images, one after another. */
@FunctionalInterface
public interface ImageSink {
  /**
   * Receives the next image.
   *
   * @param image a byte a pixel, [channels, height, width]; consumed
   */
  void write(ByteBuffer image, int label) throws IOException;
}
