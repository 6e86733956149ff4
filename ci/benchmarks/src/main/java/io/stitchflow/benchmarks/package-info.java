/** Measurements of the hot paths. */
@NullMarked
package io.stitchflow.benchmarks;

import org.jspecify.annotations.NullMarked;
