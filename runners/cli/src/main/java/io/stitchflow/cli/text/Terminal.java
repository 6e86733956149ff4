package io.stitchflow.cli.text;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err progress and complaints
 * @param outIsLive whether a person watches {@code out}, on a terminal that knows escape sequences
 * @param errIsLive the same of {@code err}
 * @param color whether results may be coloured
 */
public record Terminal(Lines out, Lines err, boolean outIsLive, boolean errIsLive, boolean color) {
  private static final int USUAL_COLUMNS = 80;

  /** This process's own, in UTF-8 whatever the locale. */
  public static Terminal system(Map<String, String> environment) {
    boolean capable = !environment.getOrDefault("TERM", "dumb").equals("dumb");
    boolean outIsLive = capable && isTerminal(1);
    return new Terminal(
        new Lines(new FileOutputStream(FileDescriptor.out)),
        new Lines(new FileOutputStream(FileDescriptor.err)),
        outIsLive,
        capable && isTerminal(2),
        outIsLive && environment.getOrDefault("NO_COLOR", "").isEmpty());
  }

  /**
   * The same with everything that is for people on {@code err}, since {@code out} is for programs.
   */
  public Terminal peopleOnErr() {
    return new Terminal(err, err, errIsLive, errIsLive, color && errIsLive);
  }

  /** Columns of the terminal, asked of it. */
  public int columns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
      int columns =
          stty.waitFor(1, TimeUnit.SECONDS)
              ? Integer.parseInt(size.substring(size.indexOf(' ') + 1))
              : 0;
      return columns > 0 ? columns : USUAL_COLUMNS;
    } catch (IOException | NumberFormatException e) {
      return USUAL_COLUMNS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USUAL_COLUMNS;
    }
  }

  // System.console() answers for input and output together only
  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
