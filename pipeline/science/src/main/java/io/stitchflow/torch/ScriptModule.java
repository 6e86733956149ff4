package io.stitchflow.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.stitchflow.content.Digest;
import io.stitchflow.torch.ConvolutionChoice.ModuleUse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A frozen TorchScript module of one tensor to one tensor, on the lane that loaded it.
 *
 * <p>Always in evaluation mode, its parameters without gradients; the gradient of the input flows
 * where it is recorded. The graph optimizer, which compiles a module again after its first calls
 * and changes bits by that, is off on the lane's thread. The module is code: it can do whatever
 * this process can.
 */
public final class ScriptModule implements AutoCloseable {
  private static final AtomicLong MODULES = new AtomicLong();
  private static final int LEAST_DIMENSIONS = 3; // of a convolution's weight

  private final long id = MODULES.incrementAndGet();
  private final PtSymbolBlock module;
  private final int convolutions;

  private ScriptModule(PtSymbolBlock module, int convolutions) {
    this.module = module;
    this.convolutions = convolutions;
  }

  /**
   * Loads a module onto the lane's device.
   *
   * @throws ScriptException if it is not TorchScript that this libtorch understands
   */
  public static ScriptModule load(Lane lane, InputStream torchScript) throws IOException {
    LaneShutdown.check();
    JniUtils.setGraphExecutorOptimize(false); // of this thread
    try {
      PtNDManager manager = (PtNDManager) lane.manager();
      PtSymbolBlock module = JniUtils.loadModule(manager, torchScript, true, false);
      JniUtils.enableInferenceMode(module);
      int convolutions = 1; // a frozen module shows none of its weights
      try (NDList parameters = JniUtils.moduleGetParams(module, manager)) {
        for (NDArray parameter : parameters) {
          Autograd.untrack(parameter);
          convolutions += parameter.getShape().dimension() >= LEAST_DIMENSIONS ? 1 : 0;
        }
      }
      return new ScriptModule(module, convolutions);
    } catch (EngineException e) {
      throw new ScriptException("cannot be loaded as TorchScript", e);
    }
  }

  /**
   * What the module makes of {@code x}, row by row in memory. The module gets a copy of {@code x},
   * which it may write to.
   *
   * @throws ScriptException if it fails, or gives anything but one tensor of float32
   */
  public NDArray forward(NDArray x) {
    LaneShutdown.check();
    NDList outputs;
    try (NDArray copy = x.mul(1)) { // DJL's own copies drop the gradient
      outputs = run(copy);
    } catch (EngineException e) {
      throw new ScriptException("failed", e);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      throw new ScriptException("gives no tensor", e);
    }
    if (outputs.size() != 1) {
      outputs.close();
      throw new ScriptException("gives " + outputs.size() + " tensors; return one tensor");
    }
    try (NDArray y = outputs.singletonOrThrow()) {
      if (y.getDataType() != DataType.FLOAT32) {
        throw new ScriptException(
            "gives " + y.getDataType() + "; return float32, by .float() at its end");
      }
      return Functional.channelsFirst(y);
    }
  }

  private NDList run(NDArray x) {
    // "training" only means that gradients are recorded where this thread records them
    Supplier<NDList> call = () -> IValueUtils.forward(module, new NDList(x), true);
    if (x.getDevice().isGpu()) {
      return call.get(); // not by oneDNN
    }
    List<ModuleUse> uses =
        IntStream.range(0, convolutions)
            .mapToObj(
                array ->
                    new ModuleUse(
                        id,
                        array,
                        x.getShape(),
                        JniUtils.isGradMode(),
                        ConvolutionChoice.Direction.FORWARD))
            .toList();
    uses.forEach(Autograd::convolved);
    return ConvolutionChoice.run(uses, call);
  }

  /**
   * Of the module as it is now, with parameters, buffers and all other state. Another instance of
   * the same module may have another digest.
   */
  public Digest digest() {
    LaneShutdown.check();
    MessageDigest sha256 = Digest.sha256();
    JniUtils.writeModule(
        module, new DigestOutputStream(OutputStream.nullOutputStream(), sha256), false);
    return Digest.from(sha256.digest());
  }

  @Override
  public void close() {
    module.close();
  }
}
