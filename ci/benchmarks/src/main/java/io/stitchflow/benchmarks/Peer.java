package io.stitchflow.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A long-lived Python process that does a round of work for each line on its standard input; a
 * script of {@code ci/benchmarks/peers}.
 */
final class Peer implements AutoCloseable {
  private static final String PYTHON = "/usr/bin/python3";

  private final String script;
  private final Process process;
  private final BufferedReader answers;
  private final Writer requests;
  private final String version;

  private Peer(String script, Process process) throws IOException {
    this.script = script;
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
    this.version = read();
  }

  /**
   * Starts a script and waits until it is ready.
   *
   * @param threads of PyTorch
   */
  static Peer start(Settings settings, int threads, String script, List<?> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(PYTHON);
    command.add(settings.root().resolve("ci/benchmarks/peers").resolve(script).toString());
    arguments.forEach(argument -> command.add(argument.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
    builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
    return new Peer(script, builder.start());
  }

  /** `PyTorch 1.13.1`. */
  String version() {
    return version;
  }

  /** The number that the script answers to a request: a name and whole numbers. */
  double ask(String request) throws IOException {
    requests.write(request + "\n");
    requests.flush();
    return Double.parseDouble(read());
  }

  private String read() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(script + " ended; its message is above");
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    requests.close(); // at the end of its input it ends
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
    }
  }
}
