package io.stitchflow.tensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the kernel has mapped for this process. */
final class Maps {
  private Maps() {}

  /** Maps of {@code file}. */
  static long of(Path file) throws IOException {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(map -> map.endsWith(file.toString())).count();
    }
  }
}
