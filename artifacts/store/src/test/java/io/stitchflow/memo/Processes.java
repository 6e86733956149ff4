package io.stitchflow.memo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Processes that a test starts, killed when this is closed. */
public final class Processes implements AutoCloseable {
  private final List<Process> started = new ArrayList<>();

  /** A class with a main method in a Java process like this one. */
  public Process start(Class<?> program, String... arguments) throws IOException {
    Process process = StoreProcess.start(program, arguments);
    started.add(process);
    return process;
  }

  public Process start(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    started.add(process);
    return process;
  }

  /**
   * Lets processes go at once that wait for it, and waits for their ends.
   *
   * @return the lines that each has printed
   */
  public static List<List<String>> race(List<Process> processes) throws Exception {
    for (Process process : processes) {
      assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("ready");
    }
    for (Process process : processes) {
      go(process);
    }
    List<List<String>> lines = new ArrayList<>();
    for (Process process : processes) {
      lines.add(process.inputReader(UTF_8).lines().toList());
      assertThat(process.waitFor()).isZero();
    }
    return lines;
  }

  static void go(Process process) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write("go\n".getBytes(UTF_8));
    in.flush();
  }

  @Override
  public void close() {
    for (Process process : started) {
      process.destroyForcibly().onExit().join();
    }
  }
}
