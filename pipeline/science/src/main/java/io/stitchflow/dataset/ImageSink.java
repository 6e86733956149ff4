package io.stitchflow.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes labelled images, one after another. */
@FunctionalInterface
interface ImageSink {
  /**
   * Takes the next one.
   *
   * @param image [channel, row, column], 3 x 32 x 32 bytes; consumed
   */
  void write(ByteBuffer image, int label) throws IOException;
}
