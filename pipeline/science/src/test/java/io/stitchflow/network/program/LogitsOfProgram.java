package io.stitchflow.network.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.network.Network;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;

/** A process that prints what a program gives. */
final class LogitsOfProgram {
  private LogitsOfProgram() {}

  static float[] of(Lane lane, Path program) throws IOException {
    try (Network network = NetworkFile.open(lane, program)) {
      return network.forward(ProgramNetworkTest.images(lane, 8)).toFloatArray();
    }
  }

  /** Floats as Java prints them: different bits, different text. */
  static String line(Lane lane, Path program) throws IOException {
    return "logits " + Arrays.toString(of(lane, program));
  }

  public static void main(String[] arguments) throws IOException {
    try (Lane lane = Lane.open()) {
      new PrintStream(System.out, true, UTF_8).println(line(lane, Path.of(arguments[0])));
    }
  }
}
