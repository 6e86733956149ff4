/** Stitchflow measured against other programs, in rounds that take turns. */
@NullMarked
package io.stitchflow.benchmarks;

import org.jspecify.annotations.NullMarked;
