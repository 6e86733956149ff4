package io.stitchflow.cli;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results are. */
final class StoreOption {
  @Option(
      names = "--store",
      paramLabel = "DIR",
      description =
          "Where results are kept and looked up. Default: $$XDG_CACHE_HOME/stitchflow, or ~/.cache/stitchflow.")
  private @Nullable Path store;

  Path store(Map<String, String> environment) {
    if (store != null) {
      return store.toAbsolutePath().normalize();
    }
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    // A relative XDG_CACHE_HOME is to be ignored, says its specification
    Path root =
        cache.startsWith("/")
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home", "."), ".cache");
    return root.resolve("stitchflow").toAbsolutePath();
  }
}
