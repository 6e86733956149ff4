package io.stitchflow.torch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process that takes a GPU, if it is free, and keeps it until it is told to end. */
final class DeviceLeaseProcess {
  static final String HELD = "held";
  static final String BUSY = "busy";

  private DeviceLeaseProcess() {}

  /** Arguments: directory, name of the GPU. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    Gpu gpu = new Gpu(0, arguments[1], "cuda-sm_90");
    try (@Nullable DeviceLease lease = DeviceLease.tryTake(Path.of(arguments[0]), List.of(gpu))) {
      out.println(lease == null ? BUSY : HELD);
      if (lease != null) {
        System.in.read();
      }
    }
  }

  static Process start(Path directory, String gpu) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            DeviceLeaseProcess.class.getName(),
            directory.toString(),
            gpu)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** What the process says first. */
  static String says(Process process) throws IOException {
    return String.valueOf(
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine());
  }
}
