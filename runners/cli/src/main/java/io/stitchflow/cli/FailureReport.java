package io.stitchflow.cli;

import io.stitchflow.cli.input.PathArgument;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.content.ExitCoded;
import io.stitchflow.content.IoReason;
import io.stitchflow.run.MachineLimits;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a command ends with when it throws: an exit code and lines for the terminal.
 *
 * <p>The first of these in the chain of causes decides: an {@link ExitCoded} exception; a limit of
 * this machine; an error of the file system or the network. Anything else is a bug.
 */
record FailureReport(int exitCode, List<String> lines) {
  FailureReport {
    lines = List.copyOf(lines);
  }

  /**
   * What a command says and ends with when it fails by {@code problem}.
   *
   * @param store where {@code --store} leads, for messages
   * @return null if the exception is a bug
   */
  static @Nullable FailureReport of(Throwable problem, String store) {
    List<Throwable> chain = chain(problem);
    for (Throwable each : chain) {
      if (each instanceof ExitCoded coded) {
        return new FailureReport(coded.exitCode(), coded.lines());
      }
    }
    for (Throwable each : chain) {
      @Nullable String limit = MachineLimits.describe(each, store);
      if (limit != null) {
        int code = MachineLimits.isMappedFileCutShort(each) ? ExitCode.STORE : ExitCode.INPUT;
        return new FailureReport(code, List.of("stitchflow: " + limit));
      }
    }
    for (Throwable each : chain) {
      if (each instanceof InvalidPathException path) {
        return new FailureReport(
            ExitCode.INPUT, List.of("stitchflow: " + PathArgument.explain(path)));
      }
      if (each instanceof IOException io && isOfTheMachine(io)) {
        int code = isIn(io, store) ? ExitCode.STORE : ExitCode.INPUT;
        return new FailureReport(code, List.of("stitchflow: " + IoReason.withFile(io)));
      }
      if (each instanceof SecurityException) {
        return new FailureReport(
            ExitCode.INPUT, List.of("stitchflow: not permitted: " + message(each)));
      }
    }
    return null;
  }

  /** Causes from the outermost on; a cause that names itself ends the chain. */
  private static List<Throwable> chain(Throwable problem) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> chain = new ArrayList<>();
    for (Throwable each = problem; each != null && seen.add(each); each = each.getCause()) {
      chain.add(each);
    }
    return chain;
  }

  // Other subclasses are those of libraries about their formats: what was read is ours
  private static boolean isOfTheMachine(IOException e) {
    return e instanceof FileSystemException
        || e instanceof SocketException
        || e instanceof UnknownHostException
        || e instanceof SocketTimeoutException
        || e instanceof HttpTimeoutException
        || e.getClass() == IOException.class;
  }

  private static boolean isIn(IOException e, String store) {
    return e instanceof FileSystemException failed
        && failed.getFile() != null
        && !store.contains("://")
        && Path.of(failed.getFile()).toAbsolutePath().startsWith(Path.of(store).toAbsolutePath());
  }

  private static String message(Throwable e) {
    @Nullable String message = e.getMessage();
    return message == null ? "no details are known" : message;
  }
}
