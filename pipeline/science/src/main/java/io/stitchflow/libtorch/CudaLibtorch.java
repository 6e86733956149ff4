package io.stitchflow.libtorch;

import io.stitchflow.content.CacheHome;
import io.stitchflow.content.NoCacheHomeException;
import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * libtorch for CUDA on this machine, of the version that DJL's JNI was built for.
 *
 * @param lib the directory of its libraries
 * @param place where it was found, for people
 */
public record CudaLibtorch(Path lib, String place) {
  /** Named by the environment, or by a system property where that is not set. */
  private static final String CACHE = "DJL_CACHE_DIR";

  private static final String DEFAULT_CACHE = "stitchflow-djl";
  private static final String NATIVE_PATH = "jna.library.path";

  // A system property, because a worker's JVM can load this class more than once
  private static final String LOADED = "stitchflow.libtorch.loaded";

  /** Such as {@code 2.7.1+cu128}. */
  public static String version() {
    return Libtorch.cudaVersion();
  }

  /**
   * Where DJL and Stitchflow keep native libraries: {@code $DJL_CACHE_DIR}, or stitchflow-djl in
   * {@link CacheHome}.
   *
   * @throws NoCacheHomeException if the environment names no directory
   */
  public static Path nativeCache(Map<String, String> environment) throws NoCacheHomeException {
    String named = environment.getOrDefault(CACHE, "");
    return named.isEmpty()
        ? CacheHome.of(environment).resolve(DEFAULT_CACHE)
        : Path.of(named).toAbsolutePath();
  }

  /**
   * Where {@code stitchflow setup cuda} unpacks libtorch; need not exist.
   *
   * @throws NoCacheHomeException if the environment names no directory
   */
  public static Path cached(Map<String, String> environment) throws NoCacheHomeException {
    return nativeCache(environment).resolve("libtorch").resolve(version());
  }

  /** Whether an unpacked archive of PyTorch has the libraries and states this version. */
  public static boolean isIn(Path unpacked) {
    LibtorchDirectory directory = new LibtorchDirectory(unpacked.resolve("lib"));
    return directory.hasLibrary() && version().equals(directory.version());
  }

  /**
   * Looks in {@code PYTORCH_LIBRARY_PATH}, in the active Python environment and in the cache, in
   * this order. What the first names is used or refused.
   *
   * @throws IllegalArgumentException if it is in none of these, with all of them
   */
  public static CudaLibtorch find(Map<String, String> environment) {
    Map<String, String> variables = new HashMap<>();
    for (String name : Libtorch.VARIABLES) {
      @Nullable String property = System.getProperty(name);
      if (property != null) {
        variables.put(name, property);
      }
    }
    variables.putAll(environment);
    return new CudaSearch(variables).find();
  }

  /** Looks as {@link #find} in the environment of this process, if libtorch is not loaded yet. */
  public static @Nullable CudaLibtorch findUnlessLoaded() {
    if (System.getProperty(LOADED) != null) {
      return null;
    }
    Map<String, String> environment = new HashMap<>(System.getenv());
    @Nullable String cache = System.getProperty(CACHE);
    if (cache != null) {
      environment.putIfAbsent(CACHE, cache);
    }
    return find(environment);
  }

  /** From now on this process has a libtorch, and cannot load another one. */
  public static void loaded() {
    System.setProperty(LOADED, "true");
  }

  /** Has DJL load it into this process. The environment wins over what is set here. */
  public void use() {
    if (System.getProperty(LOADED) == null) {
      properties(System.getProperty(NATIVE_PATH, "")).forEach(System::setProperty);
    }
  }

  /**
   * The system properties that name it.
   *
   * @param nativePath where JNA looks for libraries
   */
  Map<String, String> properties(String nativePath) {
    Map<String, String> properties = new LinkedHashMap<>(Libtorch.variables(lib));
    @Nullable Path runtime = new LibtorchDirectory(lib).cudaRuntime();
    if (runtime != null && !nativePath.startsWith(runtime.toString())) {
      properties.put(
          NATIVE_PATH,
          nativePath.isEmpty() ? runtime.toString() : runtime + File.pathSeparator + nativePath);
    }
    return properties;
  }
}
