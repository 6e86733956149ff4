package io.stitchflow.content;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What this process is called where others read of it. */
public final class ProcessName {
  private ProcessName() {}

  /** {@code stitchflow.worker} of the JVM, or host and process id. */
  public static String get() {
    String given = System.getProperty("stitchflow.worker", "");
    return given.isEmpty() ? host() + "-" + ProcessHandle.current().pid() : given;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
