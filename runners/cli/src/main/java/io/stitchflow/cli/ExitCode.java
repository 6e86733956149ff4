package io.stitchflow.cli;

/** What a command ends with. */
final class ExitCode {
  static final int DONE = 0;
  static final int BUG = 1;
  static final int INPUT = 2;
  static final int STORE = 3;
  static final int SOME_STAGES_FAILED = 4;

  private ExitCode() {}
}
