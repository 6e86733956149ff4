package io.stitchflow.content;

import java.nio.file.Path;
import java.util.Map;

/**
 * The user's cache directory, under which the default store, downloaded data sets and native
 * libraries lie: {@code $XDG_CACHE_HOME}, or else {@code $HOME/.cache}. As its specification says,
 * an XDG_CACHE_HOME that is not absolute is ignored. What the system's list of users says is never
 * asked.
 */
public final class CacheHome {
  private static final String CACHE = "XDG_CACHE_HOME";
  private static final String HOME = "HOME";

  private CacheHome() {}

  /**
   * The user's directory of caches, absolute.
   *
   * @throws NoCacheHomeException if neither variable is an absolute path
   */
  public static Path of(Map<String, String> environment) throws NoCacheHomeException {
    String cache = environment.getOrDefault(CACHE, "");
    if (cache.startsWith("/")) {
      return Path.of(cache).normalize();
    }
    String home = environment.getOrDefault(HOME, "");
    if (home.startsWith("/")) {
      return Path.of(home, ".cache").normalize();
    }
    throw new NoCacheHomeException();
  }
}
