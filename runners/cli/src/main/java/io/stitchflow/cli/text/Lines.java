package io.stitchflow.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where lines leave for standard output or standard error, in UTF-8. Text that may hold names from
 * files of others is escaped and shortened here ({@link Escapes#line}), and nowhere else.
 */
public final class Lines {
  private final OutputStream out;
  private @Nullable IOException failure;
  private @Nullable Footer footer;

  /** Lines below all others: erased before each text that is written, and drawn again after it. */
  public interface Footer {
    /** The escape sequences that erase what was drawn last. */
    String erase();

    /** Whole lines, escaped. */
    String draw();
  }

  public Lines(OutputStream out) {
    this.out = out;
  }

  /** One line, whatever it holds: a line break in it is escaped. */
  public void println(String line) {
    write(Escapes.line(line) + "\n");
  }

  public void println() {
    write("\n");
  }

  /** Lines with LF at their ends. */
  public void print(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      escaped.append(Escapes.line(text.substring(start, end))).append('\n');
      start = end + 1;
    }
    write(escaped.append(Escapes.line(text.substring(start))).toString());
  }

  public void printf(Locale locale, String format, Object... values) {
    print(String.format(locale, format, values));
  }

  /** One line of JSON, which has its own escapes and is never shortened. */
  public void json(Object value) {
    write(Json.line(value) + "\n");
  }

  /** Text with escape sequences of the program's own, whose values are escaped already. */
  public void printRaw(String text) {
    write(text);
  }

  /** Draws the footer. From now on, text that is written is whole lines. */
  public synchronized void setFooter(Footer shown) {
    send(shown.draw());
    footer = shown;
  }

  /** Replaces what the footer drew last, in one write: a terminal never shows half of it. */
  public synchronized void redrawFooter() {
    write("");
  }

  /** Erases the footer, if there is one. */
  public synchronized void removeFooter() {
    if (footer != null) {
      send(footer.erase());
      footer = null;
    }
  }

  /** What went wrong with the first text that could not be written, or null. */
  public synchronized @Nullable IOException failure() {
    return failure;
  }

  /** The same for libraries, which get lines whole. */
  public PrintStream asStream() {
    return new PrintStream(new WholeLines(), true, StandardCharsets.UTF_8);
  }

  private synchronized void write(String text) {
    send(footer == null ? text : footer.erase() + text + footer.draw());
  }

  private void send(String text) {
    if (failure == null) {
      try {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      } catch (IOException e) {
        failure = e;
      }
    }
  }

  private final class WholeLines extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int b) {
      if (b == '\n') {
        println(line.toString(StandardCharsets.UTF_8));
        line.reset();
      } else {
        line.write(b);
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      for (int i = from; i < from + length; i++) {
        write(bytes[i]);
      }
    }

    @Override
    public synchronized void close() {
      if (line.size() > 0) {
        write('\n');
      }
    }
  }
}
