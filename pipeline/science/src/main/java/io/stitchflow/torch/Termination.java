package io.stitchflow.torch;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;

/**
 * Ends this process by the C library's {@code _exit}, which runs no destructors. {@link
 * System#exit} ends in {@code exit}, which runs them, and {@code sun.misc.Signal} refuses to raise
 * a signal that has its default action.
 */
final class Termination {
  /** As a shell has it from a process that SIGTERM ended. */
  private static final int CODE = 128 + 15;

  private final Function exit;

  private Termination(Function exit) {
    this.exit = exit;
  }

  /** Looks the function up, which may load JNA's library: not something to do in an exit. */
  static Termination prepare() {
    return new Termination(NativeLibrary.getProcess().getFunction("_exit"));
  }

  /** Does not return. */
  void now() {
    exit.invokeVoid(new Object[] {CODE});
  }
}
