package io.stitchflow.tensors;

import io.stitchflow.content.ExitCoded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file that Stitchflow wrote is not what its reader can read: cut short, altered, or of another
 * layout. For files of users there is {@link InvalidFileException}.
 */
public final class DamagedFileException extends IOException implements ExitCoded {
  DamagedFileException(Path file, String what) {
    this(file, what, null);
  }

  DamagedFileException(Path file, String what, @Nullable Throwable cause) {
    super(
        String.format(Locale.ROOT, "%s: %s; delete the file and have it written again", file, what),
        cause);
  }

  @Override
  public int exitCode() {
    return STORE;
  }
}
