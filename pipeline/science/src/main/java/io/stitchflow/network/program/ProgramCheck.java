package io.stitchflow.network.program;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import io.stitchflow.content.Digest;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.InputGradients;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.ScriptException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs each segment of a program on a few images, and refuses what no frozen network does: other
 * shapes than were stated, numbers that are not finite, two answers to one question, answers that
 * depend on the other images of a batch, buffers that change, and no gradient.
 */
final class ProgramCheck {
  /** What representations are collected with. */
  private static final int BATCH = 64;

  /**
   * Largest difference between an image alone and in a batch, over the largest number. Kernels for
   * other batch sizes round otherwise, by about 1e-6; statistics of a batch differ by 0.1 and more.
   */
  private static final float TOLERANCE = 1e-3f;

  private static final int GRADIENTS = 3;

  private final Lane lane;
  private final ProgramNetwork network;

  ProgramCheck(Lane lane, ProgramNetwork network) {
    this.lane = lane;
    this.network = network;
  }

  /**
   * Runs the program on the first images.
   *
   * @throws ScriptException if a segment fails a check, with its name, what is wrong and what to do
   */
  void check(TensorFile images) throws IOException {
    int batch = Math.min(BATCH, images.rows());
    Lane.scoped(
        () -> {
          NDArray x = network.inputs(images, batch).batch(lane, 0, batch);
          for (int i = 0; i < network.source().manifest().segments().size(); i++) {
            x = check(i, x);
          }
        });
  }

  /** What the segment makes of {@code x}, once all is right with it. */
  private NDArray check(int index, NDArray x) {
    Digest before = network.digest();
    NDArray y = network.section(index, x);
    float[] values = floats(y);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw failure(index, "gives " + value + "; its numbers must be finite");
      }
    }
    if (!network.digest().equals(before)) {
      throw failure(
          index,
          "changes its own buffers, as batch normalisation does in training mode; call eval() on the"
              + " module before it is exported, and keep no tensors between calls");
    }
    if (!Arrays.equals(floats(network.section(index, x)), values)) {
      throw failure(
          index,
          "gives two answers for the same images, as dropout does in training mode; call eval() on"
              + " the module before it is exported");
    }
    int rows = Math.toIntExact(x.getShape().get(0));
    checkAlone(index, x, values, 0, rows);
    checkAlone(index, x, values, rows - 1, rows);
    if (index > 0) {
      checkGradient(index, x, y);
    }
    return y;
  }

  /**
   * @param values of all rows
   */
  private void checkAlone(int index, NDArray x, float[] values, int row, int rows) {
    float[] alone = floats(network.section(index, x.get(row + ":" + (row + 1))));
    int start = values.length / rows * row;
    float largest = 0;
    float difference = 0;
    for (int i = 0; i < alone.length; i++) {
      largest = Math.max(largest, Math.abs(values[start + i]));
      difference = Math.max(difference, Math.abs(values[start + i] - alone[i]));
    }
    if (difference > TOLERANCE * largest) {
      throw failure(
          index,
          "gives an image alone something else than in a batch, by "
              + difference
              + ", as batch normalisation does in training mode; call eval() on the module before it"
              + " is exported");
    }
  }

  private void checkGradient(int index, NDArray x, NDArray y) {
    List<float[]> found = new ArrayList<>();
    for (int pass = 0; pass < GRADIENTS; pass++) {
      // What reads memory that nothing has written finds NaN there
      lane.manager().full(x.getShape(), Float.NaN).close();
      lane.manager().full(y.getShape(), Float.NaN).close();
      try (InputGradients gradients =
          new InputGradients(x, input -> network.section(index, input))) {
        gradients.of(y.onesLike(), gradient -> found.add(floats(gradient)));
      } catch (ScriptException e) {
        throw e;
      } catch (EngineException | IllegalStateException e) {
        throw failure(
            index,
            "gives no gradient of its input, by which stitches before it are trained; it must not"
                + " detach its input or run under no_grad");
      }
    }
    for (float[] gradient : found) {
      for (float value : gradient) {
        if (!Float.isFinite(value)) {
          throw failure(index, "has the input gradient " + value + "; it must be finite");
        }
      }
      if (!Arrays.equals(gradient, found.get(0))) {
        throw failure(index, "has another input gradient when it runs again; it must not");
      }
    }
  }

  private ScriptException failure(int index, String text) {
    return new ScriptException(network.name(index) + " " + text);
  }

  private static float[] floats(NDArray array) {
    try (HostArray values = HostArray.of(array)) {
      FloatBuffer floats = values.bytes().asFloatBuffer();
      float[] copy = new float[floats.remaining()];
      floats.get(copy);
      return copy;
    }
  }
}
