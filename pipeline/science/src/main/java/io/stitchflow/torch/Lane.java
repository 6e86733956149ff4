package io.stitchflow.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.Utils;
import io.stitchflow.libtorch.CudaLibtorch;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.v1.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread's place to compute: libtorch on one thread, gradients off, and the arrays that it
 * holds, in the machine's memory or on a GPU that is nobody else's meanwhile. Closing it frees
 * them. A lane and its arrays belong to the thread that opened it.
 */
public final class Lane implements AutoCloseable {
  /** libtorch's threads in a lane. Sums are split by it, so it is part of every toolchain. */
  static final int THREADS = 1;

  private static final String ENGINE = "PyTorch";
  // libtorch's own; its libraries may add up in another order on other alignments
  private static final int ALIGNMENT_BYTES = 64;

  /** Direct buffers are freed by the garbage collector, to which they look like nothing. */
  private static final long MOST_UNCOLLECTED_BYTES = 256L << 20;

  private static final AtomicLong UNCOLLECTED_BYTES = new AtomicLong();

  private final NDManager manager;
  private final @Nullable DeviceLease lease;

  private Lane(NDManager manager, @Nullable DeviceLease lease) {
    this.manager = manager;
    this.lease = lease;
  }

  /** Opens a lane of the CPU on this thread; loads libtorch if it is the process's first. */
  public static Lane open() {
    LaneShutdown.enter();
    try {
      return new Lane(engine().newBaseManager(Device.cpu()), null);
    } catch (RuntimeException | Error e) {
      LaneShutdown.leave();
      throw e;
    }
  }

  /**
   * Opens a lane on this thread that computes with {@code toolchain}: on a GPU where it names one,
   * as soon as one is free. Where it is empty, with whatever is here, on the CPU.
   *
   * @throws IllegalArgumentException if this worker computes with something else, with both
   * @throws IOException if the thread is interrupted while it waits for a GPU
   */
  public static Lane open(Toolchain toolchain) throws IOException {
    if (toolchain.equals(Toolchain.getDefaultInstance())) {
      return open();
    }
    Toolchains.check(toolchain);
    return Toolchains.isCuda(toolchain) ? openOnGpu(toolchain.getDeviceClass()) : open();
  }

  private static Lane openOnGpu(String deviceClass) throws IOException {
    LaneShutdown.enter();
    try {
      return onFreeGpu(deviceClass);
    } catch (IOException | RuntimeException | Error e) {
      LaneShutdown.leave();
      throw e;
    }
  }

  private static Lane onFreeGpu(String deviceClass) throws IOException {
    Engine engine = engine();
    if (engine.getGpuCount() == 0) {
      throw new IllegalArgumentException(
          "libtorch finds no usable GPU; check with nvidia-smi that there is one and that its driver supports libtorch's CUDA version");
    }
    List<Gpu> gpus =
        Gpu.visible().stream().filter(gpu -> gpu.deviceClass().equals(deviceClass)).toList();
    DeviceLease lease = DeviceLease.take(DeviceLease.directory(), gpus);
    try {
      return new Lane(engine.newBaseManager(Device.gpu(lease.gpu().index())), lease);
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  private static Engine engine() {
    Engine engine = load();
    LibtorchLog.onlyErrors();
    if (JniUtils.getNumThreads() != THREADS) {
      JniUtils.setNumThreads(THREADS);
    }
    JniUtils.setGradMode(false); // on in every new thread
    return engine;
  }

  /** DJL's engine, which unpacks libtorch into its cache directory where it is not there. */
  private static Engine load() {
    try {
      Engine engine = Engine.getEngine(ENGINE);
      CudaLibtorch.loaded();
      return engine;
    } catch (EngineException | IllegalStateException | LinkageError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new NativeLibraryException(
          String.format(
              Locale.ROOT,
              "libtorch cannot be unpacked to or loaded from %s: %s; it takes 450 MB there; make room, or set DJL_CACHE_DIR to another directory",
              Utils.getCacheDir(),
              cause.getMessage()),
          e);
    }
  }

  /** Owns the arrays that outlive {@link #scoped}. */
  public NDManager manager() {
    return manager;
  }

  /**
   * An array of the remaining bytes of {@code floats}. On a CPU it lies over them, nothing is
   * copied, and the buffer must not change while the array is read; on a GPU it is a copy, made
   * before this returns.
   *
   * @param floats direct, little-endian float32
   * @throws IllegalArgumentException if the buffer is not direct, or its size is not the shape's
   */
  public NDArray create(ByteBuffer floats, Shape shape) {
    return create(floats, shape, DataType.FLOAT32);
  }

  /** Like {@link #create(ByteBuffer, Shape)}, of int64: class labels. */
  public NDArray createLongs(ByteBuffer longs, Shape shape) {
    return create(longs, shape, DataType.INT64);
  }

  private NDArray create(ByteBuffer bytes, Shape shape, DataType type) {
    LaneShutdown.check();
    if (!bytes.isDirect() || bytes.remaining() != shape.size() * type.getNumOfBytes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s %s takes a direct buffer of %d bytes, but was: %s",
              type,
              shape,
              shape.size() * type.getNumOfBytes(),
              bytes));
    }
    // libtorch reads from the start of a buffer, whatever its position
    return manager.create(bytes.slice().order(ByteOrder.LITTLE_ENDIAN), shape, type);
  }

  /**
   * An array of its own with the tensor's values.
   *
   * @throws IllegalArgumentException if the tensor is not float32
   */
  public NDArray load(NamedTensor tensor) {
    if (tensor.dtype() != Dtype.F32) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "tensor '%s' must be F32, but was: %s", tensor.name(), tensor.dtype()));
    }
    ByteBuffer data = allocate(tensor.data().remaining());
    data.put(tensor.data()).flip();
    long[] shape = tensor.shape().stream().mapToLong(Integer::longValue).toArray();
    return create(data, new Shape(shape));
  }

  /** The array under {@code name}, its values copied. */
  public static NamedTensor save(String name, NDArray array) {
    List<Integer> shape =
        Arrays.stream(array.getShape().getShape()).mapToObj(Math::toIntExact).toList();
    return new NamedTensor(name, Dtype.F32, shape, copy(array));
  }

  /** A direct, little-endian buffer of zeros, aligned as libtorch aligns its own arrays. */
  public static ByteBuffer allocate(int bytes) {
    UNCOLLECTED_BYTES.addAndGet(bytes);
    return ByteBuffer.allocateDirect(bytes + 2 * ALIGNMENT_BYTES)
        .alignedSlice(ALIGNMENT_BYTES)
        .limit(bytes)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A copy of an array's values, direct and little-endian, that outlives the array. */
  public static ByteBuffer copy(NDArray array) {
    LaneShutdown.check();
    try (HostArray values = HostArray.of(array)) {
      ByteBuffer bytes = values.bytes();
      return allocate(bytes.remaining()).put(bytes).flip();
    }
  }

  /**
   * Runs {@code work}, then frees every array that it created on this thread but did not keep.
   *
   * @throws CancellationException if the thread is interrupted, which it remains
   */
  public static void scoped(Runnable work) {
    LaneShutdown.check();
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      stopIfInterrupted();
      work.run();
    }
  }

  /** Like {@link #scoped(Runnable)}; an array that {@code work} returns must be kept by it. */
  public static <T> T scoped(Supplier<T> work) {
    LaneShutdown.check();
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      stopIfInterrupted();
      return work.get();
    }
  }

  /** A cancelled job interrupts its threads, and nothing in libtorch notices. */
  private static void stopIfInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted between two steps of a computation");
    }
  }

  /** Lets an array outlive {@link #scoped}: freed when closed or with its lane. */
  public static NDArray keep(NDArray array) {
    NDScope.unregister(array);
    return array;
  }

  @Override
  public void close() {
    try {
      manager.close();
    } finally {
      try {
        if (lease != null) {
          giveBack(lease);
        }
      } finally {
        LaneShutdown.leave();
      }
    }
    collect();
  }

  /** Frees the buffers of lanes that are closed, once there may be many. */
  private static void collect() {
    long bytes = UNCOLLECTED_BYTES.get();
    if (bytes >= MOST_UNCOLLECTED_BYTES && UNCOLLECTED_BYTES.compareAndSet(bytes, 0)) {
      System.gc();
    }
  }

  private static void giveBack(DeviceLease lease) {
    try (lease) {
      JniUtils.emptyCudaCache(); // libtorch keeps what it freed, and the GPU is the next lane's now
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
