package io.stitchflow.inspect;

/**
 * Why a result is not what it was before.
 *
 * @param what the stage or the record that is different
 * @param change what is different about it: {@code seed 2 -> 3}
 */
public record Cause(String what, String change) {
  @Override
  public String toString() {
    return what + ": " + change;
  }
}
