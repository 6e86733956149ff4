package io.stitchflow.cli.input;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A path as an option has it. */
public final class PathArgument implements ITypeConverter<Path> {
  @Override
  public Path convert(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(explain(e));
    }
  }

  /** A locale without UTF-8 leaves U+FFFD or '?' of each other character. */
  public static String explain(InvalidPathException e) {
    return e.getReason().contains("unmappable")
        ? "'"
            + e.getInput()
            + "': the locale has no such characters in the names of files; start with"
            + " LC_ALL=C.UTF-8"
        : "'" + e.getInput() + "': no file can have this name (" + e.getReason() + ")";
  }
}
