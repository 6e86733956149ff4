package io.stitchflow.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LinesTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Lines lines = new Lines(bytes);

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void println_controlAndFormatCharacters_areEscapedAndStayOneLine() {
    lines.println("a\u001b[2Jb\u202ec\u200bd\u0000e\nf\ud800 ö");
    assertThat(written()).isEqualTo("a\\u001b[2Jb\\u202ec\\u200bd\\u0000e\\u000af\\ud800 ö\n");
  }

  @Test
  void print_severalLines_keepsTheirEndsAndEscapesTheRest() {
    lines.print("one\r\n\u009btwo\nthree");
    assertThat(written()).isEqualTo("one\\u000d\n\\u009btwo\nthree");
  }

  @Test
  void println_longValue_keepsStartAndEndOfTheLine() {
    lines.println("f.textproto:1:1: name: '" + "x".repeat(100_000) + "' is too long; shorten it");
    assertThat(written())
        .hasSizeLessThan(2000)
        .startsWith("f.textproto:1:1: name: 'xxx")
        .contains(" ... (98249 characters left out) ... ")
        .endsWith("xxx' is too long; shorten it\n");
  }

  @Test
  void println_longValueOfPairs_cutsNoPair() {
    lines.println("x" + "\ud83d\ude00".repeat(2000));
    assertThat(written()).doesNotContain("?").doesNotContain("\ufffd");
  }

  @Test
  void json_anyText_isEscapedAsJsonAndWhole() {
    lines.json(Map.of("name", "\u202e\u001b" + "x".repeat(5000)));
    assertThat(written()).isEqualTo("{\"name\":\"\\u202e\\u001b" + "x".repeat(5000) + "\"}\n");
  }

  @Test
  void printRaw_escapeSequences_areKept() {
    lines.printRaw("\r\u001b[1mbar\u001b[0m");
    assertThat(written()).isEqualTo("\r\u001b[1mbar\u001b[0m");
  }

  @Test
  void asStream_piecesOfALine_leaveAsOneEscapedLine() {
    PrintStream stream = lines.asStream();
    stream.print("log ");
    stream.print('\u001b');
    stream.println("ö");
    assertThat(written()).isEqualTo("log \\u001bö\n");
  }

  @Test
  void failure_outputCannotBeWritten_isKept() {
    Lines full =
        new Lines(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("No space left on device");
              }
            });
    full.println("x");
    assertThat(full.failure()).hasMessage("No space left on device");
    assertThat(lines.failure()).isNull();
  }
}
