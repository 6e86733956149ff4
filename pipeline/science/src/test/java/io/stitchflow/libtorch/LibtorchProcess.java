package io.stitchflow.libtorch;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.NativeLibrary;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Toolchains;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A process that loads libtorch from a directory which system properties name. */
final class LibtorchProcess {
  private LibtorchProcess() {}

  /**
   * Prints the file that JNA loads as CUDA's runtime, the version that the toolchain has, and the
   * directory that DJL loaded libtorch from.
   *
   * @param arguments the directory of a libtorch for the CPU
   */
  @SuppressWarnings("try") // the lane is opened, not used
  public static void main(String[] arguments) throws IOException {
    Map<String, String> properties =
        new HashMap<>(new CudaLibtorch(Path.of(arguments[0]), "").properties(""));
    properties.put("PYTORCH_FLAVOR", "cpu");
    properties.forEach(System::setProperty);
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    try (NativeLibrary runtime = NativeLibrary.getInstance("cudart")) {
      out.println(runtime.getFile());
    }
    System.clearProperty("jna.library.path"); // DJL would count GPUs with this one
    try (Lane lane = Lane.open(Toolchains.cpu())) {
      out.println(Toolchains.cpu().getLibtorch());
      out.println(LibUtils.getLibtorchPath());
    }
  }

  static String run(Path lib) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                LibtorchProcess.class.getName(),
                lib.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Libtorch.VARIABLES.forEach(builder.environment()::remove);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    int code = process.waitFor();
    return code == 0 ? output : "exit code " + code;
  }
}
