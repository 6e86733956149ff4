package io.stitchflow.torch;

import io.stitchflow.v1.Toolchain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What computes here, told without loading libtorch. */
public final class Toolchains {
  private static final String ENGINE = "/pytorch-engine.properties";
  private static final String LIBTORCH = "/native/lib/pytorch.properties";
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  // What libtorch asks for before it takes kernels of that vector length, widest first
  private static final List<VectorLength> VECTOR_LENGTHS =
      List.of(
          new VectorLength("avx512", Set.of("avx512f", "avx512vl", "avx512bw", "avx512dq", "fma")),
          new VectorLength("avx2", Set.of("avx2", "fma")),
          new VectorLength("sve256", Set.of("sve", "svebf16")),
          new VectorLength("asimd", Set.of("asimd")));

  private Toolchains() {}

  /** The lane of a CPU: libraries of the class path, this machine's kind of processor. */
  public static Toolchain cpu() {
    return Toolchain.newBuilder()
        .setDjl(property(ENGINE, "djl_version"))
        .setLibtorch(libtorch(System.getenv("PYTORCH_VERSION"), System.getenv("PYTORCH_FLAVOR")))
        .setDeviceClass(deviceClass(System.getProperty("os.arch", ""), flags()))
        .setThreads(Lane.THREADS)
        .build();
  }

  /** Variables that make DJL load another libtorch than the class path's win, as they do in DJL. */
  static String libtorch(@Nullable String version, @Nullable String flavor) {
    if (version == null) {
      return property(LIBTORCH, "version");
    }
    return flavor == null ? version : version + "+" + flavor;
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
    try {
      return Files.readAllLines(CPUINFO).stream()
          .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).trim().split(" "))
          .map(flags -> Arrays.stream(flags).collect(Collectors.toSet()))
          .orElse(Set.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String property(String resource, String name) {
    try (@Nullable InputStream in = Toolchains.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no " + resource + " on the class path; add DJL's jars");
      }
      Properties properties = new Properties();
      properties.load(in);
      String value = properties.getProperty(name);
      if (value == null) {
        throw new IllegalStateException(resource + " on the class path has no '" + name + "'");
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record VectorLength(String name, Set<String> flags) {}
}
