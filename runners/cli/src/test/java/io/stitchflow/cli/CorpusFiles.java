package io.stitchflow.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/** Makes the files of a {@link CorpusCase}. */
public final class CorpusFiles {
  private static final Pattern HEX = Pattern.compile("\"([^\"]*)\"|([0-9a-f]{2})");
  private static final Pattern SIZE = Pattern.compile("(\\d+)([KMG]?)");

  private final Path directory;

  public CorpusFiles(Path directory) {
    this.directory = directory;
  }

  public void make(CorpusCase.Entry entry) throws IOException {
    Path file = directory.resolve(expand(entry.path()));
    String body = expand(entry.body());
    String detail = expand(entry.detail());
    Files.createDirectories(file.getParent());
    switch (entry.kind()) {
      case "file" -> Files.writeString(file, body);
      case "line" -> Files.writeString(file, body.strip());
      case "hex" -> Files.write(file, hex(body));
      case "safetensors" -> Files.write(file, safetensors(body.strip(), (int) size(detail)));
      case "image" -> image(file, detail);
      case "sparse" -> {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
          sparse.setLength(size(detail));
        }
      }
      case "dir" -> Files.createDirectories(file);
      case "link" -> Files.createSymbolicLink(file, Path.of(detail));
      case "fifo" -> fifo(file);
      default -> throw new IllegalArgumentException("no kind of file: '" + entry.kind() + "'");
    }
  }

  private String expand(String text) {
    return CorpusCase.expand(text, directory);
  }

  /** Bytes as pairs of digits, and text between quotes. */
  private static byte[] hex(String body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Matcher part = HEX.matcher(body); part.find(); ) {
      byte[] more =
          part.group(1) != null
              ? part.group(1).getBytes(StandardCharsets.UTF_8)
              : HexFormat.of().parseHex(part.group(2));
      bytes.writeBytes(more);
    }
    return bytes.toByteArray();
  }

  /** A header and so many bytes of zeros behind it. */
  private static byte[] safetensors(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static void image(Path file, String size) throws IOException {
    String[] sides = size.split("x", -1);
    BufferedImage image =
        new BufferedImage(
            Integer.parseInt(sides[0]), Integer.parseInt(sides[1]), BufferedImage.TYPE_INT_RGB);
    String format = file.toString().endsWith(".png") ? "png" : "jpg";
    if (!ImageIO.write(image, format, file.toFile())) {
      throw new IllegalStateException("this JDK writes no " + format);
    }
  }

  /** {@code 12}, {@code 8G}. */
  private static long size(String written) {
    Matcher size = SIZE.matcher(written);
    if (!size.matches()) {
      throw new IllegalArgumentException("no size: '" + written + "'");
    }
    int shift = 10 * "KMG".indexOf(size.group(2).isEmpty() ? "-" : size.group(2)) + 10;
    return Long.parseLong(size.group(1)) << shift;
  }

  private static void fifo(Path file) throws IOException {
    try {
      if (new ProcessBuilder("mkfifo", file.toString()).inheritIO().start().waitFor() != 0) {
        throw new IOException("mkfifo " + file + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
