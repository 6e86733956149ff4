package io.stitchflow.content;

import java.util.List;

/**
 * An exception that is not a bug: its message says where, what and what to do, and a command that
 * ends with it has this exit code. Implemented by exceptions only.
 */
public interface ExitCoded {
  /** An option, the experiment, its data, or a limit of this machine. */
  int INPUT = 2;

  /** The store, or another place that results are written to. */
  int STORE = 3;

  int exitCode();

  /** What is said on the terminal, a line each. */
  default List<String> lines() {
    return List.of("stitchflow: " + ((Throwable) this).getMessage());
  }
}
