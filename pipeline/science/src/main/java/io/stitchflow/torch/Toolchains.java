package io.stitchflow.torch;

import ai.djl.util.Utils;
import io.stitchflow.libtorch.CudaLibtorch;
import io.stitchflow.libtorch.Libtorch;
import io.stitchflow.libtorch.Variables;
import io.stitchflow.v1.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What computes here or elsewhere, told without loading libtorch. */
public final class Toolchains {
  private static final String ENGINE = "/pytorch-engine.properties";
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");
  private static final Variables VARIABLES = Utils::getEnvOrSystemProperty;

  private static final String TF32 = "NVIDIA_TF32_OVERRIDE";
  private static final Pattern CAPABILITY = Pattern.compile("[0-9]+\\.[0-9]");
  private static final Pattern CUDA_CLASS = Pattern.compile("cuda-sm_[0-9]{2,3}");
  private static final Pattern CPU_CLASS = Pattern.compile("cpu-[a-z0-9_]+(-[a-z0-9]+)?");

  private static final String GPU_WORKER =
      ": a GPU that CUDA_VISIBLE_DEVICES does not hide, libcudart.so where the loader looks, and libtorch for CUDA in PYTORCH_LIBRARY_PATH, the active Python environment or the cache of 'stitchflow setup cuda'";

  // What libtorch asks for before it takes kernels of that vector length, widest first
  private static final List<VectorLength> VECTOR_LENGTHS =
      List.of(
          new VectorLength("avx512", Set.of("avx512f", "avx512vl", "avx512bw", "avx512dq", "fma")),
          new VectorLength("avx2", Set.of("avx2", "fma")),
          new VectorLength("sve256", Set.of("sve", "svebf16")),
          new VectorLength("asimd", Set.of("asimd")));

  private Toolchains() {}

  /** The lane of a CPU: libraries of this JVM, this machine's kind of processor. */
  public static Toolchain cpu() {
    return of(Libtorch.version(VARIABLES), cpuClass());
  }

  /**
   * The lane of a GPU on a worker that has libtorch for CUDA; nothing is asked of this machine.
   *
   * @param computeCapability such as {@code 9.0}
   * @throws IllegalArgumentException if it is none
   */
  public static Toolchain cuda(String computeCapability) {
    if (!CAPABILITY.matcher(computeCapability).matches()) {
      throw new IllegalArgumentException(
          "a compute capability is two numbers, as in 9.0, but was: '" + computeCapability + "'");
    }
    return of(Libtorch.forCuda(VARIABLES), Gpu.deviceClass(computeCapability));
  }

  /**
   * What a user calls a device: {@code cpu} or {@code cuda} for this machine's, or a class of
   * device such as {@code cuda-sm_90} or {@code cpu-x86_64-avx2}, for workers unlike it.
   *
   * @throws IllegalArgumentException if it is none of these, or the kind of GPU cannot be had
   */
  public static Toolchain forDevice(String device) {
    if (device.equals("cpu")) {
      return cpu();
    }
    if (device.equals("cuda")) {
      return cuda(NvidiaSmi.computeCapability());
    }
    if (CUDA_CLASS.matcher(device).matches()) {
      return of(Libtorch.forCuda(VARIABLES), device);
    }
    if (CPU_CLASS.matcher(device).matches()) {
      return of(Libtorch.version(VARIABLES), device);
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "unknown device '%s'; choose cpu, cuda, or the device class of the workers, such as cuda-sm_90 or cpu-x86_64-avx2",
            device));
  }

  /**
   * Refuses to compute for a plan that was made for something else: its keys would name what did
   * not compute. Also refuses a libtorch that would end the process. Loads nothing.
   *
   * @throws IllegalArgumentException if this JVM does not compute with {@code wanted}, with both
   */
  public static void check(Toolchain wanted) {
    if (isCuda(wanted)) {
      checkCuda(wanted);
    } else {
      compare(wanted, cpu());
    }
  }

  private static void checkCuda(Toolchain wanted) {
    try {
      @Nullable CudaLibtorch found = CudaLibtorch.findUnlessLoaded();
      if (found != null) {
        found.use();
      }
    } catch (IllegalArgumentException e) {
      if (!Libtorch.isOnClassPath()) {
        throw e;
      }
      Toolchain here = here(wanted, Libtorch.version(VARIABLES), Gpu.visible());
      throw new IllegalArgumentException(differ(wanted, here) + "; " + e.getMessage(), e);
    }
    check(wanted, Libtorch.version(VARIABLES), Gpu.visible(), System.getenv(TF32));
  }

  /**
   * The check of a GPU's lane.
   *
   * @param tf32 NVIDIA_TF32_OVERRIDE: nothing else keeps cuDNN from TF32, DJL has no switch
   */
  static void check(Toolchain wanted, String libtorch, List<Gpu> gpus, @Nullable String tf32) {
    compare(wanted, here(wanted, libtorch, gpus));
    if (!"0".equals(tf32)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must be 0 in the environment of a worker with a GPU, but was '%s'; otherwise convolutions use TF32, with 10 bits of mantissa",
              TF32,
              tf32));
    }
  }

  private static Toolchain here(Toolchain wanted, String libtorch, List<Gpu> gpus) {
    List<String> classes = gpus.stream().map(Gpu::deviceClass).toList();
    String here = classes.isEmpty() ? cpuClass() : classes.get(0);
    String same = wanted.getDeviceClass();
    return of(libtorch, classes.contains(same) ? same : here);
  }

  /** Whether it computes on an NVIDIA GPU. */
  public static boolean isCuda(Toolchain toolchain) {
    return Gpu.isDeviceClass(toolchain.getDeviceClass());
  }

  private static void compare(Toolchain wanted, Toolchain here) {
    if (!here.equals(wanted)) {
      throw new IllegalArgumentException(differ(wanted, here));
    }
  }

  private static String differ(Toolchain wanted, Toolchain here) {
    return String.format(
        Locale.ROOT,
        "this worker computes with %s; the plan was made for %s; %s",
        describe(here),
        describe(wanted),
        advice(wanted, here));
  }

  private static String advice(Toolchain wanted, Toolchain here) {
    if (here.getDeviceClass().equals(wanted.getDeviceClass())) {
      return "submit with the library versions of the workers";
    }
    return String.format(
        Locale.ROOT,
        "submit with --device %s, or run it on workers with %s%s",
        here.getDeviceClass(),
        wanted.getDeviceClass(),
        isCuda(wanted) ? GPU_WORKER : "");
  }

  private static String describe(Toolchain toolchain) {
    return String.format(
        Locale.ROOT,
        "djl %s, libtorch %s, %s, threads %d",
        toolchain.getDjl(),
        toolchain.getLibtorch(),
        toolchain.getDeviceClass(),
        toolchain.getThreads());
  }

  private static Toolchain of(String libtorch, String deviceClass) {
    return Toolchain.newBuilder()
        .setDjl(Libtorch.property(ENGINE, "djl_version"))
        .setLibtorch(libtorch)
        .setDeviceClass(deviceClass)
        .setThreads(Lane.THREADS)
        .build();
  }

  private static String cpuClass() {
    return deviceClass(System.getProperty("os.arch", ""), flags());
  }

  /** Kernels differ by vector length, and with them the order of sums and the last bits. */
  static String deviceClass(String arch, Set<String> flags) {
    String name = "cpu-" + (arch.equals("amd64") ? "x86_64" : arch.toLowerCase(Locale.ROOT));
    return VECTOR_LENGTHS.stream()
        .filter(length -> flags.containsAll(length.flags()))
        .findFirst()
        .map(length -> name + "-" + length.name())
        .orElse(name);
  }

  private static Set<String> flags() {
    if (!Files.isReadable(CPUINFO)) {
      return Set.of();
    }
    try (Stream<String> lines = Files.lines(CPUINFO)) { // the first core's; there may be hundreds
      return lines
          .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).trim().split(" "))
          .map(flags -> Arrays.stream(flags).collect(Collectors.toSet()))
          .orElse(Set.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record VectorLength(String name, Set<String> flags) {}
}
