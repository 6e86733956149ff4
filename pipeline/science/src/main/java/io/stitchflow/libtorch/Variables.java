package io.stitchflow.libtorch;

import org.jspecify.annotations.Nullable;

/** Variables of a process's environment. */
@FunctionalInterface
public interface Variables {
  /** The variable's value, or null if it is not set. */
  @Nullable String find(String name);
}
