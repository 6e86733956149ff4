package io.stitchflow.cli.command;

import io.stitchflow.content.CacheHome;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.libtorch.CudaLibtorch;
import java.nio.file.Path;
import java.util.Map;

/** Where DJL unpacks libtorch: {@code $DJL_CACHE_DIR}, or stitchflow-djl in {@link CacheHome}. */
public final class NativeCache {
  /** A variable of the environment, and a system property for where that is not set. */
  static final String VARIABLE = "DJL_CACHE_DIR";

  private static final String HOME = "user.home";

  private NativeCache() {}

  /**
   * The directory, which need not exist.
   *
   * @throws NoCacheHomeException if the environment names none
   */
  public static Path of(Map<String, String> environment) throws NoCacheHomeException {
    return CudaLibtorch.nativeCache(environment);
  }

  /**
   * Tells DJL, and other libraries that keep files in the user's home. Where the environment names
   * no place {@link #of} will say so, if native libraries are needed at all.
   */
  public static void configure(Map<String, String> environment) {
    try {
      System.setProperty(VARIABLE, of(environment).toString());
    } catch (NoCacheHomeException e) {
      System.clearProperty(VARIABLE);
    }
    String home = environment.getOrDefault("HOME", "");
    if (home.startsWith("/")) {
      System.setProperty(HOME, home);
    } else if (!System.getProperty(HOME, "").startsWith("/")) {
      // Java has '?' for a user without an entry
      System.setProperty(HOME, System.getProperty("java.io.tmpdir", "/tmp"));
    }
  }
}
