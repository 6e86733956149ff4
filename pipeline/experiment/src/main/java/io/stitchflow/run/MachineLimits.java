package io.stitchflow.run;

import io.stitchflow.content.IoReason;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Errors that say that a limit of this machine or process is reached. */
public final class MachineLimits {
  /** Where libtorch is unpacked. The property, because DJL's own class might not load either. */
  private static final String NATIVE_CACHE = "DJL_CACHE_DIR";

  private MachineLimits() {}

  /**
   * A sentence with the limit and the remedy where the error names its limit, else with what it
   * says.
   *
   * @param store where the store is, for messages
   * @return null if the error is of another kind
   */
  public static @Nullable String describe(Throwable error, String store) {
    String said = error.getMessage() == null ? "" : error.getMessage();
    if (error instanceof OutOfMemoryError) {
      return memory(said);
    }
    if (error instanceof StackOverflowError) {
      return "a thread's stack is full; set a larger one with JDK_JAVA_OPTIONS=-Xss16m, or nest the"
          + " experiment less deeply";
    }
    if (isMappedFileCutShort(error)) {
      return String.format(
          Locale.ROOT,
          "%s: a file was cut short, or its disk failed, while it was read; find damaged files with 'stitchflow verify --store %s', then run again",
          store,
          store);
    }
    if (error instanceof LinkageError) {
      return library(error, said);
    }
    if (error instanceof IOException io) {
      // a file that cannot be mapped
      return io.getCause() instanceof OutOfMemoryError cause
          ? describe(cause, store)
          : IoReason.isTooManyFiles(io) ? IoReason.withFile(io) : null;
    }
    return null;
  }

  /** Whether this is the JVM's error for a read of a mapping beyond its file. */
  public static boolean isMappedFileCutShort(Throwable error) {
    return error instanceof InternalError
        && String.valueOf(error.getMessage()).contains("unsafe memory access");
  }

  private static String memory(String said) {
    String lower = said.toLowerCase(Locale.ROOT);
    String remedy = "";
    if (lower.contains("java heap space") || lower.contains("gc overhead")) {
      long megabytes = Runtime.getRuntime().maxMemory() >> 20;
      remedy =
          String.format(
              Locale.ROOT,
              "; the Java heap of this process is limited to %d MiB; set another limit with JDK_JAVA_OPTIONS=-Xmx%dm, or make the experiment smaller",
              megabytes,
              2 * megabytes);
    } else if (lower.contains("direct buffer memory")) {
      remedy = "; set another limit with JDK_JAVA_OPTIONS=-XX:MaxDirectMemorySize=8g, for example";
    } else if (lower.contains("native thread")) {
      remedy =
          "; raise 'ulimit -u' and 'ulimit -v', or the container's limit of processes and threads";
    } else if (lower.contains("map failed")) {
      remedy = "; raise 'ulimit -v' and the system's vm.max_map_count";
    } else if (lower.contains("metaspace")) {
      remedy = "; set another limit with JDK_JAVA_OPTIONS=-XX:MaxMetaspaceSize=1g, for example";
    }
    return "out of memory" + (said.isEmpty() ? "" : ": " + said) + remedy;
  }

  /** Native libraries are named by their files, other parts only by Java's names. */
  private static String library(Throwable error, String said) {
    boolean named = error instanceof UnsatisfiedLinkError && said.contains("lib");
    return String.format(
        Locale.ROOT,
        "a library cannot be loaded%s; check that the installation is complete, 'ulimit -n' is at least 1024, 'ulimit -v' is unlimited, and %s has 500 MB of free space",
        named ? ": " + said : "",
        System.getProperty(NATIVE_CACHE, "the directory that " + NATIVE_CACHE + " names"));
  }
}
