/** Tensors, tables and named arrays in files that other programs open too. */
@NullMarked
package io.stitchflow.artifacts.tensor;

import org.jspecify.annotations.NullMarked;
