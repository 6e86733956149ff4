package io.stitchflow.store.directory;

import io.stitchflow.content.StoreException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The FORMAT file of a store: one line, {@code stitchflow MAJOR} or {@code stitchflow MAJOR.MINOR}.
 */
public final class StoreFormat {
  public static final String NAME = "FORMAT";

  /** A program reads every minor version of its own major version. */
  static final int MAJOR = 1;

  public static final String CONTENT = "stitchflow " + MAJOR + "\n";

  /** A longer file is none of a store. */
  static final int MOST_BYTES = 4096;

  private static final Pattern LINE = Pattern.compile("stitchflow ([0-9]{1,9})(\\.[0-9]{1,9})?");
  private static final int SHOWN_CHARACTERS = 40;

  private StoreFormat() {}

  /**
   * Checks the format that a store states.
   *
   * @param file for the message
   * @throws StoreException if this program cannot use a store of that format
   */
  public static void check(Object file, String content) throws StoreException {
    String line = content.lines().findFirst().orElse("");
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw unlike(file, "was: '" + shown(line) + "'");
    }
    int major = Integer.parseInt(matcher.group(1));
    if (major > MAJOR) {
      throw new StoreException(
          file
              + ": the store has format "
              + major
              + ", this program knows formats up to "
              + MAJOR
              + "; use a newer stitchflow, or another directory with --store");
    }
    if (major < MAJOR) {
      throw new StoreException(
          file + ": there is no format " + major + "; formats start at " + MAJOR);
    }
    // A newer format may have more lines
    String rest = content.substring(line.length()).strip();
    if (!rest.isEmpty()) {
      throw unlike(file, "has more after that line: '" + shown(rest) + "'");
    }
  }

  private static StoreException unlike(Object file, String found) {
    return new StoreException(
        file
            + ": should read '"
            + CONTENT.strip()
            + "', but "
            + found
            + "; choose another directory with --store, or restore that line alone if this is a store");
  }

  private static String shown(String line) {
    return line.substring(0, Math.min(SHOWN_CHARACTERS, line.length()));
  }
}
