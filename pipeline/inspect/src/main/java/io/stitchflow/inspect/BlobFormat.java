package io.stitchflow.inspect;

import io.stitchflow.plan.StageKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What kind of file a blob is. */
public enum BlobFormat {
  SAFETENSORS("safetensors", "safetensors"),
  ARROW("Arrow IPC file", "arrow"),
  HTML("HTML page", "html"),
  SVG("SVG picture", "svg"),
  PNG("PNG picture", "png"),
  CSV("CSV table", "csv"),
  JSON("JSON", "json"),
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

  /** What a stage of this kind writes under that name. */
  static BlobFormat of(@Nullable StageKind kind, String output) {
    if (kind == null) {
      return OTHER;
    }
    return switch (kind) {
      case IMPORT_DATASET, COLLECT_REPRESENTATION -> ARROW;
      case IMPORT_NETWORK, COLLECT_GRAM, COLLECT_CROSS_MOMENTS, SOLVE_COPY_STITCH -> SAFETENSORS;
      case TRAIN_NETWORK, FIT_COPY_STITCH, FIT_VANILLA_STITCH ->
          switch (output) {
            case "training" -> TRAINING_CURVE;
            case "predictions" -> PREDICTIONS;
            case "network", "stitch" -> SAFETENSORS;
            default -> OTHER;
          };
      case COMPARE_STITCHES -> output.equals("comparison") ? COMPARISON : OTHER;
      case WRITE_REPORT -> named(output);
    };
  }

  private static BlobFormat named(String output) {
    String extension = output.substring(output.lastIndexOf('.') + 1);
    for (BlobFormat format : new BlobFormat[] {HTML, SVG, PNG, CSV, ARROW, JSON}) {
      if (format.extension.equals(extension)) {
        return format;
      }
    }
    return OTHER;
  }

  /** What the first bytes of a file tell. */
  static BlobFormat sniff(Path file) throws IOException {
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
