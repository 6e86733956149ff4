/** Pins, garbage collection and verification of a store. */
@NullMarked
package io.stitchflow.gc;

import org.jspecify.annotations.NullMarked;
