package io.stitchflow.inspect;

import java.util.ArrayList;
import java.util.List;

/** File names from names of outputs, which are not to be trusted. */
final class FileNames {
  private static final int MOST_CHARACTERS = 100;

  private FileNames() {}

  /**
   * A relative path of letters, digits, '.', '_' and '-' that leads down only: no part starts with
   * a dot.
   */
  static String safe(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("[/\\\\]", -1)) {
      String safe = part.replaceAll("[^A-Za-z0-9._-]", "_");
      safe = safe.substring(Math.max(0, safe.length() - MOST_CHARACTERS));
      if (!safe.isEmpty()) {
        parts.add(safe.startsWith(".") ? "_" + safe.substring(1) : safe);
      }
    }
    return parts.isEmpty() ? "output" : String.join("/", parts);
  }
}
