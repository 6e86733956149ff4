package io.stitchflow.cli;

import io.stitchflow.artifacts.ExitCoded;

/** What a command ends with. */
final class ExitCode {
  static final int DONE = 0;
  static final int BUG = 1;
  static final int INPUT = ExitCoded.INPUT;
  static final int STORE = ExitCoded.STORE;
  static final int SOME_STAGES_FAILED = 4;

  private ExitCode() {}
}
