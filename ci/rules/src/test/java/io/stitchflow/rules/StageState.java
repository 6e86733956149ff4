package io.stitchflow.rules;

import io.stitchflow.code.StageCode;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The code of a stage at a version of it.
 *
 * @param digest hash over all parts
 * @param parts hash or version by name, as in {@link StageCode}, cut to what a file need hold
 */
record StageState(int version, String digest, SortedMap<String, String> parts) {
  private static final int DIGITS = 16;

  StageState {
    parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
  }

  static StageState of(int version, StageCode code) {
    SortedMap<String, String> parts = new TreeMap<>();
    code.parts().forEach((name, value) -> parts.put(name, cut(value)));
    return new StageState(version, cut(code.digest().hex()), parts);
  }

  private static String cut(String hash) {
    return hash.length() <= DIGITS ? hash : hash.substring(0, DIGITS);
  }
}
