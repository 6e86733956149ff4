package io.stitchflow.cli.setup;

import com.sun.management.OperatingSystemMXBean;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.libtorch.CudaLibtorch;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Toolchain;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Checks of this machine and of how the process was started. */
final class MachineChecks {
  private static final int LEAST_JAVA = 17;
  private static final long GIB = 1L << 30;
  private static final long LEAST_TEMPORARY_BYTES = 100L << 20;
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final String MEMORY = "memory";
  private static final String GPU = "gpu";

  private MachineChecks() {}

  static Check java(Runtime.Version version, String home) {
    return version.feature() >= LEAST_JAVA
        ? Check.ok("java", version + " in " + home)
        : Check.problem(
            "java",
            version
                + " in "
                + home
                + ", but Stitchflow needs "
                + LEAST_JAVA
                + " or newer; set JAVA_HOME");
  }

  static Check memory() throws IOException {
    return memory(availableBytes(), Runtime.getRuntime().availableProcessors());
  }

  /**
   * The check of memory.
   *
   * @param lanes that compute beside each other
   */
  static Check memory(long availableBytes, int lanes) {
    String found =
        String.format(
            Locale.ROOT,
            "%s available for %d lane%s, one for each core",
            Sizes.words(availableBytes),
            lanes,
            lanes == 1 ? "" : "s");
    String remedy =
        "; allow 1 GiB for the process and 1 GiB for each lane: close other programs, or start"
            + " fewer lanes with JDK_JAVA_OPTIONS=-XX:ActiveProcessorCount=N";
    if (availableBytes < GIB) {
      return Check.problem(MEMORY, found + remedy);
    }
    return availableBytes < GIB + lanes * GIB
        ? Check.note(MEMORY, found + remedy)
        : Check.ok(MEMORY, found);
  }

  /** What programs can still take, within the limit of a container. */
  private static long availableBytes() throws IOException {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    if (!Files.isReadable(MEMINFO)) {
      return system.getFreeMemorySize();
    }
    try (Stream<String> lines = Files.lines(MEMINFO)) {
      long available =
          lines
              .filter(line -> line.startsWith("MemAvailable:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
              .findFirst()
              .orElse(system.getFreeMemorySize());
      return Math.min(available, system.getTotalMemorySize());
    }
  }

  /** Loads libtorch into this process. */
  @SuppressWarnings("try") // the lane is opened, not used
  static Check libtorch() {
    Toolchain toolchain = Toolchains.cpu();
    try (Lane lane = Lane.open()) {
      return Check.ok(
          "libtorch",
          toolchain.getLibtorch()
              + " loads; DJL "
              + toolchain.getDjl()
              + ", device class "
              + toolchain.getDeviceClass());
    }
  }

  static Check gpu(Map<String, String> environment) {
    List<String> path = List.of(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1));
    if (path.stream().noneMatch(entry -> Files.isExecutable(Path.of(entry, "nvidia-smi")))) {
      return Check.note(GPU, "not found: there is no nvidia-smi in PATH; stages run on the CPU");
    }
    try {
      return gpu(Toolchains.forDevice("cuda").getDeviceClass(), environment);
    } catch (IllegalArgumentException e) {
      return Check.note(GPU, String.valueOf(e.getMessage()));
    }
  }

  /** The check of a GPU that this machine has: whether libtorch can compute on it. */
  static Check gpu(String deviceClass, Map<String, String> environment) {
    try {
      CudaLibtorch libtorch = CudaLibtorch.find(environment);
      return Check.ok(
          GPU,
          String.format(
              Locale.ROOT,
              "%s; libtorch %s in %s (%s); compute on it with --device cuda",
              deviceClass,
              CudaLibtorch.version(),
              libtorch.lib(),
              libtorch.place()));
    } catch (IllegalArgumentException e) {
      return Check.note(GPU, deviceClass + ", but " + e.getMessage());
    }
  }

  /**
   * The check of the locale.
   *
   * @param encoding of file names and arguments
   */
  static Check locale(String encoding) {
    return encoding.equalsIgnoreCase("UTF-8")
        ? Check.ok("locale", "file names are UTF-8")
        : Check.note(
            "locale",
            "file names are "
                + encoding
                + ", so those with other characters cannot be used; start with LC_ALL=C.UTF-8, or"
                + " with runners/stitchflow, which sets it");
  }

  static Check terminal(Terminal terminal) {
    String colors = terminal.color() ? "colours" : "no colours";
    return terminal.errIsLive()
        ? Check.ok("terminal", "live display, " + colors)
        : Check.ok("terminal", "not a terminal: progress in lines, " + colors);
  }

  static Check temporary(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return Check.problem(
          "temporary",
          directory
              + ": is not a directory; create it, or name another one with"
              + " JDK_JAVA_OPTIONS=-Djava.io.tmpdir=DIR");
    }
    if (!Files.isWritable(directory)) {
      return Check.problem(
          "temporary",
          directory
              + ": cannot be written; name another directory with"
              + " JDK_JAVA_OPTIONS=-Djava.io.tmpdir=DIR");
    }
    long usable = Files.getFileStore(directory).getUsableSpace();
    String found = directory + ": can be written, " + Sizes.words(usable) + " free";
    return usable < LEAST_TEMPORARY_BYTES
        ? Check.problem("temporary", found + "; make room there")
        : Check.ok("temporary", found);
  }
}
