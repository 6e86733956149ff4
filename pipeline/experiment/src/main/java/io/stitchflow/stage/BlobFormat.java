package io.stitchflow.stage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file format of a blob. */
public enum BlobFormat {
  SAFETENSORS("safetensors", "safetensors"),
  PROGRAM("zip archive of TorchScript", "zip"),
  ARROW("Arrow IPC file", "arrow"),
  HTML("HTML page", "html"),
  SVG("SVG picture", "svg"),
  PNG("PNG picture", "png"),
  CSV("CSV table", "csv"),
  TEXT("text", "txt"),
  TRAINING_CURVE("protobuf TrainingCurve", "csv"),
  PREDICTIONS("protobuf Predictions", "csv"),
  COMPARISON("protobuf Comparison", "csv"),
  OTHER("unknown kind of file", "bin");

  private static final int SNIFFED_BYTES = 512;

  private final String title;
  private final String extension;

  BlobFormat(String title, String extension) {
    this.title = title;
    this.extension = extension;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** Of the file that it is exported to, without a dot. */
  public String extension() {
    return extension;
  }

  /** The format that the first bytes of a file show, or {@link #OTHER}. */
  public static BlobFormat sniff(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(SNIFFED_BYTES);
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (text.startsWith("ARROW1")) {
      return ARROW;
    }
    if (text.startsWith("\u0089PNG")) {
      return PNG;
    }
    // 8 bytes of length, then a JSON object
    if (text.length() > 9 && text.startsWith("{\"", 8)) {
      return SAFETENSORS;
    }
    if (text.startsWith("PK\u0003\u0004")) {
      return PROGRAM;
    }
    String start = text.stripLeading();
    if (start.startsWith("<!DOCTYPE html") || start.startsWith("<html")) {
      return HTML;
    }
    if (start.startsWith("<svg") || (start.startsWith("<?xml") && start.contains("<svg"))) {
      return SVG;
    }
    return OTHER;
  }
}
