package io.stitchflow.torch;

import ai.djl.util.cuda.CudaUtils;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A GPU that this process may use.
 *
 * @param index by which CUDA knows it in this process
 * @param name by which all processes of this host know it: its index on the host, or its UUID
 * @param deviceClass what results depend on, such as {@code cuda-sm_90}
 */
record Gpu(int index, String name, String deviceClass) {
  private static final String CLASS = "cuda-sm_";

  /** All of them, in CUDA's order; none where CUDA's runtime or driver is missing. */
  static List<Gpu> visible() {
    List<String> capabilities =
        IntStream.range(0, CudaUtils.getGpuCount())
            .mapToObj(CudaUtils::getComputeCapability)
            .toList();
    return visible(capabilities, System.getenv("CUDA_VISIBLE_DEVICES"));
  }

  /**
   * The GPUs that have these compute capabilities, as in {@code 9.0} or {@code 90}.
   *
   * @param visibleDevices CUDA_VISIBLE_DEVICES, which names them, or null
   */
  static List<Gpu> visible(List<String> capabilities, @Nullable String visibleDevices) {
    List<String> names =
        visibleDevices == null
            ? IntStream.range(0, capabilities.size()).mapToObj(String::valueOf).toList()
            : Arrays.stream(visibleDevices.split(",", -1)).map(String::trim).toList();
    if (names.size() < capabilities.size()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "CUDA sees %d GPUs, but CUDA_VISIBLE_DEVICES names: %s",
              capabilities.size(),
              visibleDevices));
    }
    List<Gpu> gpus = new ArrayList<>();
    for (int i = 0; i < capabilities.size(); i++) {
      gpus.add(new Gpu(i, names.get(i), deviceClass(capabilities.get(i))));
    }
    return List.copyOf(gpus);
  }

  /** {@code cuda-sm_90} of compute capability {@code 9.0} or {@code 90}. */
  static String deviceClass(String capability) {
    return CLASS + capability.replace(".", "");
  }

  static boolean isDeviceClass(String deviceClass) {
    return deviceClass.startsWith(CLASS);
  }
}
