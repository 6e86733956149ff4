package io.stitchflow.cli.text;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

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

  /** The same without its {@code err}. */
  public Terminal withoutErr() {
    return new Terminal(out, new Lines(OutputStream.nullOutputStream()), outIsLive, false, color);
  }

  /**
   * Asks for the size of the terminal behind {@code err}, each time. Loads JNA's library when it is
   * called.
   */
  public Supplier<TerminalSize> errSize() {
    CLibrary library = CLibrary.load();
    return () -> {
      TerminalSize size = library.terminalSize(2);
      return size == null ? TerminalSize.USUAL : size;
    };
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
