package io.stitchflow.stage;

/**
 * An output of a stage.
 *
 * @param name may contain one {@code *} for any text: {@code *.svg}
 */
public record StageOutput(String name, BlobFormat format) {
  boolean matches(String output) {
    return Wildcard.matches(name, output);
  }
}
