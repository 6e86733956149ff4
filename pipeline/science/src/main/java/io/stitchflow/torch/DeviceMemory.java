package io.stitchflow.torch;

import ai.djl.engine.EngineException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What to do when a batch does not fit in a GPU's memory. Nothing here happens on a CPU. */
public final class DeviceMemory {
  // From libtorch's allocator, from CUDA itself, from cuBLAS and cuDNN for what they need
  private static final List<String> FULL =
      List.of("CUDA out of memory", "CUDA error: out of memory", "_STATUS_ALLOC_FAILED");

  private DeviceMemory() {}

  /** Work that goes through its data from the start, in batches of any size. */
  @FunctionalInterface
  public interface Inference {
    void run(int batch) throws IOException;
  }

  /** Work whose batch is part of what was asked for. */
  @FunctionalInterface
  public interface Training {
    void run() throws IOException;
  }

  /**
   * Work whose result does not depend on the batch, beyond rounding: what does not fit is done once
   * more, with half of it.
   *
   * @throws IllegalArgumentException if that does not fit either
   */
  public static void halving(int batch, Inference work) throws IOException {
    try {
      work.run(batch);
      return;
    } catch (EngineException e) {
      if (!isFull(e)) {
        throw e;
      }
    }
    int half = Math.max(1, batch / 2);
    try {
      work.run(half);
    } catch (EngineException e) {
      throw explain(
          e,
          String.format(
              Locale.ROOT,
              "neither a batch of %d nor one of %d fits in the GPU's memory; let fewer programs share this GPU, or use a larger one",
              batch,
              half));
    }
  }

  /**
   * Work whose result depends on the batch: done once, in batches of {@code batch}.
   *
   * @throws IllegalArgumentException if it does not fit
   */
  public static void fixed(int batch, Training work) throws IOException {
    try {
      work.run();
    } catch (EngineException e) {
      throw explain(
          e,
          String.format(
              Locale.ROOT,
              "a batch of %d does not fit in the GPU's memory; lower recipe.batch_size, or use a larger GPU",
              batch));
    }
  }

  private static RuntimeException explain(EngineException e, String message) {
    return isFull(e) ? new IllegalArgumentException(message + " (" + firstLine(e) + ")", e) : e;
  }

  private static boolean isFull(EngineException e) {
    return FULL.stream().anyMatch(firstLine(e)::contains);
  }

  private static String firstLine(EngineException e) {
    @Nullable String message = e.getMessage();
    return message == null ? "" : message.lines().findFirst().orElse("");
  }
}
