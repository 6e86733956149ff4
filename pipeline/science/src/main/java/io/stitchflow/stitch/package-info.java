/**
 * Stitches: their families, how they are trained on the task, and how they are fitted to a copy.
 */
@NullMarked
package io.stitchflow.stitch;

import org.jspecify.annotations.NullMarked;
