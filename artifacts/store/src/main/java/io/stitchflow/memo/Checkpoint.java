package io.stitchflow.memo;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a stage that takes long keeps how far it has come, so that the process that computes it
 * after its process has died need not start again. It may be lost at any time, and never decides
 * what a stage gives.
 */
public interface Checkpoint {
  /** Keeps nothing. */
  Checkpoint NONE =
      new Checkpoint() {
        @Override
        public <T extends Message> @Nullable T find(Parser<T> parser) {
          return null;
        }

        @Override
        public void offer(Supplier<? extends Message> state) {}
      };

  /** The state that was kept last, whole, by this stage under this key; else null. */
  <T extends Message> @Nullable T find(Parser<T> parser) throws IOException;

  /**
   * A point to go on from has been reached, such as the end of an epoch. The state is asked for and
   * kept if by the next such point more work could be lost than a checkpoint is worth.
   */
  void offer(Supplier<? extends Message> state) throws IOException;
}
