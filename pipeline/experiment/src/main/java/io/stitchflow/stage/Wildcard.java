package io.stitchflow.stage;

/** Names in which one {@code *} stands for any text. */
final class Wildcard {
  private Wildcard() {}

  static boolean matches(String pattern, String name) {
    int star = pattern.indexOf('*');
    return star < 0
        ? pattern.equals(name)
        : name.length() >= pattern.length() - 1
            && name.startsWith(pattern.substring(0, star))
            && name.endsWith(pattern.substring(star + 1));
  }
}
