package io.stitchflow.cli.text;

import io.stitchflow.content.ExitCoded;

/** What a command ends with. */
public final class ExitCode {
  public static final int DONE = 0;
  public static final int BUG = 1;

  /** {@code doctor} found a problem. */
  public static final int PROBLEM = 1;

  public static final int INPUT = ExitCoded.INPUT;
  public static final int STORE = ExitCoded.STORE;
  public static final int SOME_STAGES_FAILED = 4;

  /** As a shell has it from a process that SIGINT ended. */
  public static final int INTERRUPTED = 128 + 2;

  private ExitCode() {}
}
