package io.stitchflow.torch;

import org.jspecify.annotations.Nullable;

/** Variables of a process's environment. */
@FunctionalInterface
interface Variables {
  /** The variable's value, or null if it is not set. */
  @Nullable String find(String name);
}
