package io.stitchflow.tensors;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arrays of any size, by name, that are read some rows at a time. */
public interface NamedArrays {
  /** Of all arrays, sorted; those of unknown types included. */
  List<String> names();

  /** What messages call an array. */
  default String title(String name) {
    return "'" + name + "'";
  }

  /** The type of an array that this program does not know, as the file writes it; else null. */
  @Nullable String unknownDtype(String name);

  /**
   * The type of an array.
   *
   * @throws IllegalArgumentException if there is none of that name and of a known type
   */
  Dtype dtype(String name);

  /**
   * The shape of an array; empty for one number.
   *
   * @throws IllegalArgumentException if there is none of that name and of a known type
   */
  List<Integer> shape(String name);

  /**
   * The elements {@code from} to {@code from + count - 1} of an array's first axis; the array may
   * take more than 2 GiB.
   *
   * @throws IllegalArgumentException if there is no array of a known type and of one axis at least,
   *     or these rows take 2 GiB or more
   * @throws IndexOutOfBoundsException if there are no such rows
   * @throws IOException if the file cannot be read, or has changed
   */
  NamedTensor rows(String name, int from, int count) throws IOException;
}
