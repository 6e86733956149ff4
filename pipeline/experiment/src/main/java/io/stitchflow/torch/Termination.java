package io.stitchflow.torch;

/**
 * Ends this process by the default action of SIGTERM, without destructors. By reflection, since
 * javac warns of {@code sun.misc.Signal} by name; its module, jdk.unsupported, exports it to all.
 */
final class Termination {
  private Termination() {}

  /** Returns only where the JVM does not have the class, or SIGTERM is ignored. */
  static void now() {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object signal = type.getConstructor(String.class).newInstance("TERM");
      type.getMethod("handle", type, handler)
          .invoke(null, signal, handler.getField("SIG_DFL").get(null));
      type.getMethod("raise", type).invoke(null, signal);
    } catch (ReflectiveOperationException e) {
      return; // the exit goes on, as it would have without us
    }
  }
}
