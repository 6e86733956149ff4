package io.stitchflow.torch;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * What libtorch prints on standard error by itself. On some processors that is a line for each
 * convolution that cannot use NNPACK, which changes no result.
 */
final class LibtorchLog {
  /** Of {@code c10/util/Logging.h}: INFO is 0, WARNING, the default, 1. */
  static final int ERROR = 2;

  private static final String LIBRARY = "c10";
  private static final String LEVEL = "FLAGS_caffe2_log_level";

  private static volatile boolean set;

  private LibtorchLog() {}

  /** From now on only errors are printed. Changes nothing where libtorch has no such variable. */
  static void onlyErrors() {
    if (!set) {
      try {
        level().setInt(0, ERROR);
      } catch (LinkageError e) {
        // Another build of libtorch, or no JNA: its warnings are printed
      }
      set = true;
    }
  }

  /**
   * The variable of the libtorch that is loaded.
   *
   * @throws UnsatisfiedLinkError if there is none
   */
  static Pointer level() {
    return NativeLibrary.getInstance(LIBRARY).getGlobalVariableAddress(LEVEL);
  }
}
