package io.stitchflow.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.stitchflow.content.Digest;
import io.stitchflow.torch.ConvolutionChoice.ModuleUse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * A frozen TorchScript module, whose methods take one tensor and give one, on the lane that loaded
 * it.
 *
 * <p>Always in evaluation mode, its parameters without gradients; the gradient of the input flows
 * where it is recorded. The graph optimizer, which compiles a module again after its first calls
 * and changes bits by that, is off on the lane's thread. The module is code: it can do whatever
 * this process can.
 */
public final class ScriptModule implements AutoCloseable {
  private static final AtomicLong MODULES = new AtomicLong();
  private static final Pattern NUMBERS = Pattern.compile("[^/]+/(data|constants)/\\d+");
  private static final String METHOD = "module_method:"; // the name of an array tells DJL
  private static final int MAP_DIMENSIONS = 4; // of a batch
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

  /** Names of its methods, sorted: {@code forward}, if it has that, and all that were exported. */
  public List<String> methods() {
    LaneShutdown.check();
    return Stream.of(JniUtils.getMethodNames(module)).sorted().toList();
  }

  /**
   * What a method makes of {@code x}, row by row in memory. It gets a copy of {@code x}, which it
   * may write to.
   *
   * @param method one of {@link #methods}
   * @throws ScriptException if it fails, or gives anything but one tensor of float32
   */
  public NDArray run(String method, NDArray x) {
    LaneShutdown.check();
    NDList outputs;
    try (NDArray copy = copy(x)) {
      outputs = call(method, copy);
    } catch (EngineException e) {
      throw new ScriptException("failed", e);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      throw new ScriptException("gives no tensor", e);
    }
    if (outputs.size() != 1) {
      outputs.close();
      throw new ScriptException(
          "gives no single tensor, but a tuple, list or dictionary; return one tensor");
    }
    try (NDArray y = outputs.singletonOrThrow()) {
      if (y.getDataType() != DataType.FLOAT32) {
        throw new ScriptException(
            "gives numbers of another type than float32; convert them by .float() at its end");
      }
      return Functional.channelsFirst(y);
    }
  }

  /** With the channels of maps last in memory, with which gradients of convolutions are faster. */
  private static NDArray copy(NDArray x) {
    boolean map = x.getShape().dimension() == MAP_DIMENSIONS;
    try (NDArray ordered = map ? Functional.channelsLast(x) : x.reshape(x.getShape())) {
      return Functional.times(ordered, 1); // DJL's own copies drop the gradient
    }
  }

  private NDList call(String method, NDArray x) {
    // "training" only means that gradients are recorded where this thread records them
    Supplier<NDList> call =
        () -> {
          try (NDArray name = x.getManager().create(new Shape(0))) {
            name.setName(METHOD + method);
            return IValueUtils.forward(module, new NDList(x, name), true);
          }
        };
    if (x.getDevice().isGpu()) {
      return call.get(); // not by oneDNN
    }
    List<ModuleUse> uses =
        IntStream.range(0, convolutions)
            .mapToObj(
                array ->
                    new ModuleUse(
                        id,
                        method,
                        array,
                        x.getShape(),
                        JniUtils.isGradMode(),
                        ConvolutionChoice.Direction.FORWARD))
            .toList();
    uses.forEach(Autograd::convolved);
    return ConvolutionChoice.run(uses, call);
  }

  /** Of the numbers of its parameters, buffers and constants, as they are now. */
  public Digest digest() {
    LaneShutdown.check();
    // libtorch names no buffers to DJL, but writes them; what it writes beside numbers may vary
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    JniUtils.writeModule(module, written, false);
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    try (ZipFile zip = ZipFile.builder().setByteArray(written.toByteArray()).get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        if (NUMBERS.matcher(entry.getName()).matches()) {
          digests.writeBytes(Digest.of(read(zip, entry)).bytes().toByteArray());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Digest.of(digests.toByteArray());
  }

  private static byte[] read(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  @Override
  public void close() {
    module.close();
  }
}
