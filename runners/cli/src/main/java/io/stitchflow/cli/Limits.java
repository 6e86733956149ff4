package io.stitchflow.cli;

import io.stitchflow.artifacts.IoReason;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Errors that say that a limit of this machine is reached; each names the limit and the remedy. */
final class Limits {
  private Limits() {}

  /**
   * What a command says and ends with when a limit of its process or machine was reached.
   *
   * @param store where {@code --store} leads
   * @return null if the error is another one
   */
  static @Nullable Failure failure(Throwable error, String store) {
    if (error instanceof OutOfMemoryError memory) {
      return input(memory(memory));
    }
    if (error instanceof StackOverflowError) {
      return input(
          "a thread's stack is used up; give it more by JDK_JAVA_OPTIONS=-Xss16m, or nest the"
              + " experiment less deeply");
    }
    if (error instanceof InternalError && Failure.message(error).contains("unsafe memory access")) {
      return new Failure(
          ExitCode.STORE,
          List.of(
              "stitchflow: "
                  + store
                  + ": a file was cut short, or its disk failed, while it was read; 'stitchflow"
                  + " verify' finds damaged files of the store, then run again"));
    }
    if (error instanceof LinkageError) {
      return input(
          String.format(
              Locale.ROOT,
              "a part of the program cannot be loaded (%s); see that 'ulimit -n' is at least 1024,"
                  + " 'ulimit -v' is unlimited, and %s has 500 MB of free space",
              Failure.message(error),
              nativeCache()));
    }
    if (error instanceof IOException io && IoReason.isTooManyFiles(io)) {
      return input(IoReason.withFile(io));
    }
    return null;
  }

  private static String memory(OutOfMemoryError error) {
    String what = Failure.message(error);
    long megabytes = Runtime.getRuntime().maxMemory() >> 20;
    if (what.contains("thread")) {
      return "no more threads can be started; raise 'ulimit -u' and 'ulimit -v', or the limit of"
          + " processes of the container";
    }
    if (what.contains("Map failed")) {
      return "no more memory can be mapped; raise 'ulimit -v' and the system's vm.max_map_count";
    }
    if (what.contains("etaspace")) {
      return "Java's memory for classes is full; raise it by"
          + " JDK_JAVA_OPTIONS=-XX:MaxMetaspaceSize=1g";
    }
    if (what.contains("direct buffer")) {
      return "Java's memory for buffers is full; raise it by"
          + " JDK_JAVA_OPTIONS=-XX:MaxDirectMemorySize=8g, or let fewer examples be kept at once";
    }
    return String.format(
        Locale.ROOT,
        "the memory of %d MiB that Java may use is full (%s); raise it by JDK_JAVA_OPTIONS=-Xmx%dm,"
            + " or make the experiment smaller",
        megabytes,
        what,
        2 * megabytes);
  }

  private static String nativeCache() {
    String cache = System.getProperty(NativeCache.VARIABLE, "");
    return cache.isEmpty() ? "the directory of " + NativeCache.VARIABLE : cache;
  }

  private static Failure input(String message) {
    return new Failure(ExitCode.INPUT, List.of("stitchflow: " + message));
  }
}
