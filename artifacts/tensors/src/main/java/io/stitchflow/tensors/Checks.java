package io.stitchflow.tensors;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks of arguments and of what files say. */
final class Checks {
  private Checks() {}

  /**
   * @throws IllegalArgumentException if not {@code condition}, with {@code values} at each %s
   */
  @SuppressWarnings("AnnotateFormatMethod") // that annotation would be one more dependency
  static void check(boolean condition, String template, @Nullable Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, template, values));
    }
  }
}
