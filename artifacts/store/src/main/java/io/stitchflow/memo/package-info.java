/** Memoization: an action is looked up, or executed once and published. */
@NullMarked
package io.stitchflow.memo;

import org.jspecify.annotations.NullMarked;
